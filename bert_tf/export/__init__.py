"""The SavedModel, its manifest and golden requests, and the proof that it answers right."""
