"""Pages that a person opens: the report of a run, and the comparison of several. One file each, no network."""
