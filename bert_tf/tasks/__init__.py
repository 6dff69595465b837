"""A folder for each task: all that depends on what a label is."""
