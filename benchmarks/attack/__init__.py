"""Attacks on what people hand to bert_tf: each bounded and seeded, each a command, with a short form in the tests."""
