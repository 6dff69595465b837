"""A page on this machine where one types text and sees what a model makes of it."""
