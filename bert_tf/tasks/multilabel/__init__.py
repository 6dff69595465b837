"""Task `multilabel`: none, one or several labels for each text."""
