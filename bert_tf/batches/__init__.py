"""Token cache and length-grouped batches, a pure function of lengths, seed and epoch."""
