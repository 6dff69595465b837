"""Raw text to token ids, in the TensorFlow graph, with exactly the ids of Hugging Face's fast tokenizer."""
