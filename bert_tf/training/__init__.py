"""Fit, optimizer, schedule, checkpoints, progress and TensorBoard."""
