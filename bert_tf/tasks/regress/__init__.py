"""Task `regress`: a number for each text."""
