"""How many tokens texts are, counted by Hugging Face's Rust tokenizer alone: no TensorFlow has to start for it."""

import pathlib
from collections.abc import Sequence

import numpy as np


def token_lengths(folder: pathlib.Path, texts: Sequence[str], pairs: Sequence[str] = ()) -> np.ndarray | None:
    """Tokens of each text, or pair, with special tokens and before it is cut.

    Args:
        folder: Of an encoder.
        texts: Any number of them.
        pairs: Second texts, as many; none for single texts.

    Returns:
        int [N], or None where the folder has no tokenizer.json.
    """
    from tokenizers import Tokenizer

    path = folder / "tokenizer.json"
    if not path.is_file():
        return None
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    rows = list(zip(texts, pairs, strict=True)) if pairs else list(texts)
    return np.array([len(encoding.ids) for encoding in tokenizer.encode_batch(rows)], dtype=np.int64)
