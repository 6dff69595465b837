"""One file per task: labels, head, loss, metrics, and how an output is decoded."""
