"""Task `tag`: named entities, stretches of a text that have a type."""
