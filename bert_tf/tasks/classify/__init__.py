"""Task `classify`: one label out of two or more for each text."""
