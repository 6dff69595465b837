"""From a user's files to a recipe: looking at them, guessing, checking, writing."""
