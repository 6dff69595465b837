"""One file for each library: how it prepares and does the work of a benchmark."""
