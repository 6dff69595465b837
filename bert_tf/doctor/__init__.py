"""What of a machine, its packages and its caches will keep bert_tf from working, and what to do about it."""
