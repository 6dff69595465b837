"""Labelled text from TFDS, files and installed packages, checked row by row and kept in memory-mapped Arrow files."""
