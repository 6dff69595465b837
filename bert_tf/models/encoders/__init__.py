"""Encoders of the BERT family in plain Keras: the reference graph, whose variables the other graphs read."""
