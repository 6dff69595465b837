"""Load, soak and fuzz of `bert-tf serve`."""
