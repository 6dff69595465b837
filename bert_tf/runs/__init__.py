"""Runs on disk: one, many, which of them, and removing them."""
