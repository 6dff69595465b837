"""Hyper-parameter search: keras-tuner chooses the values, and every trial is an ordinary run."""
