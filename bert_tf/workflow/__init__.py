"""The whole flow; only this floor and those above it see a whole recipe."""
