"""One file for each suite: `run(settings)` returns `contests` and `figures` for the results file."""
