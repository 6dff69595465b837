"""Task `embed`: a vector for each text, near to those of the texts that belong to it."""
