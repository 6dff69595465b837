"""The proof that a training that is killed goes on as if it had not been."""
