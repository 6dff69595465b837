"""BERT's encoder as oneDNN matmuls with one small XLA kernel between any two of them."""
