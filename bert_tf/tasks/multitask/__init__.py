"""Task `multitask`: several heads on one encoder, each with a task and a column of its own."""
