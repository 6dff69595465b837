"""Task `rank`: which items a user will like, from the texts of those that he liked before."""
