"""Encoders made of a BERT's weights: its first layers, and the same made narrow."""

import json
import pathlib
import re
from collections.abc import Callable

import numpy as np
from safetensors.numpy import load_file, save_file

WIDTH = 64
_HEADS = 2
_INNER = 4 * WIDTH
_TOKENIZER = ("vocab.txt", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")
_LAYER = re.compile(r"layer\.(\d+)\.")


def write_first_layers(folder: pathlib.Path, *, of: pathlib.Path, layers: int) -> pathlib.Path:
    """Write a BERT's embeddings and first layers into an empty folder; returns it."""
    return _write(folder, of=of, changed={"num_hidden_layers": layers}, change=lambda name, weights: weights)


def write_narrow_encoder(folder: pathlib.Path, *, of: pathlib.Path, layers: int) -> pathlib.Path:
    """Write a BERT's first layers on the main axes of its word embeddings: a sixth of the numbers that a step updates.

    What a layer reads and writes is projected onto these axes; of its attention it keeps the first heads, of its
    feed-forward network the first units.

    Args:
        folder: An empty one; gets config, weights and links to the files of the tokenizer.
        of: The BERT's folder, whose heads are WIDTH / 2 wide.
        layers: How many.
    """
    words = load_file(of / "model.safetensors")["embeddings.word_embeddings.weight"]
    axes = np.linalg.eigh(words.T @ words)[1][:, : -WIDTH - 1 : -1]
    changed = {
        "num_hidden_layers": layers, "hidden_size": WIDTH, "num_attention_heads": _HEADS, "intermediate_size": _INNER,
    }  # fmt: skip
    return _write(folder, of=of, changed=changed, change=lambda name, weights: _narrowed(name, weights, axes))


def _write(
    folder: pathlib.Path,
    *,
    of: pathlib.Path,
    changed: dict[str, int],
    change: Callable[[str, np.ndarray], np.ndarray],
) -> pathlib.Path:
    for name in _TOKENIZER:
        (folder / name).symlink_to(of / name)
    config = {**json.loads((of / "config.json").read_text()), **changed}
    (folder / "config.json").write_text(json.dumps(config))
    kept = {
        name: np.ascontiguousarray(change(name, weights))
        for name, weights in load_file(of / "model.safetensors").items()
        if not (layer := _LAYER.search(name)) or int(layer[1]) < config["num_hidden_layers"]
    }
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def _narrowed(name: str, weights: np.ndarray, axes: np.ndarray) -> np.ndarray:
    """Weights as PyTorch has them: [out] or [out, in]."""
    if weights.dtype != axes.dtype:
        return weights
    if "LayerNorm" in name:
        return np.full(WIDTH, name.endswith("weight"), weights.dtype)
    if name.startswith("embeddings."):
        return weights @ axes
    for part, kept in ((".self.", WIDTH), (".intermediate.", _INNER)):
        if part in name:
            return weights[:kept] @ axes if weights.ndim == 2 else weights[:kept]
    if weights.ndim == 1:
        return axes.T @ weights
    if name.startswith("pooler."):
        return axes.T @ weights @ axes
    # These read what the attention, or the feed-forward network, has kept.
    return axes.T @ weights[:, : WIDTH if ".attention." in name else _INNER]
