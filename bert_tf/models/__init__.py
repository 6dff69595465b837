"""Encoders, pooling and the model that puts a task's head on an encoder."""
