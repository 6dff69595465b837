"""The folder of a baseline: its own configuration beside the tokenizer of another encoder. And which ones are such."""

import hashlib
import json
import os
import pathlib
from collections.abc import Mapping
from typing import Any

from bert_tf.atomic import new_file
from bert_tf.errors import ModelError
from bert_tf.models.known_encoders import ENCODERS, Source, known_encoder
from bert_tf.pretrained import FAMILIES, read_config

CONFIG = "config.json"
# What of a folder decides about ids.
TOKENIZER_FILES = (
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.txt",
    "vocab.json", "merges.txt",
)  # fmt: skip


def baseline_folder(config: Mapping[str, Any], *, tokenizer_folder: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """Write what an encoder's folder has but for weights, where it isn't yet, and return it.

    Args:
        config: Of the baseline, without what the tokenizer decides.
        tokenizer_folder: Of the other encoder.
        folder: Gets a folder that is named by a hash of its content, so that nobody changes what another reads.

    Raises:
        ModelError: the other's configuration can't be used, or the disk is full.
    """
    paths = [tokenizer_folder / name for name in TOKENIZER_FILES]
    contents = {path.name: path.read_bytes() for path in paths if path.is_file()}
    contents[CONFIG] = json.dumps({**config, **_of_tokenizer(tokenizer_folder)}, indent=2).encode()
    digest = hashlib.sha256(b"".join(hashlib.sha256(contents[name]).digest() for name in sorted(contents)))
    made = folder / f"{config['model_type']}-{digest.hexdigest()[:32]}"
    for name, content in contents.items():
        path = made / name
        if not path.is_file() or path.read_bytes() != content:
            with new_file(path, error=ModelError) as temporary:
                temporary.write_bytes(content)
    return made


def baseline_source(name: str) -> Source | None:
    """The row of the baseline that a recipe's encoder is, by name or as a folder; None for a pretrained one."""
    known = known_encoder(name)
    if known is not None:
        return known if known.is_baseline else None
    folder = os.path.expanduser(name)
    return baseline_of_folder(pathlib.Path(folder)) if os.path.isdir(folder) else None


def baseline_of_folder(folder: pathlib.Path) -> Source | None:
    """The row of the baseline that a folder's config.json describes; None for a pretrained encoder, or a damaged one,
    which is told once it is opened."""
    try:
        family = read_config(folder)["model_type"]
    except ModelError:
        return None
    baselines = (source for source in ENCODERS.values() if source.is_baseline)
    return next((source for source in baselines if source.config["model_type"] == family), None)


def _of_tokenizer(folder: pathlib.Path) -> dict[str, Any]:
    # TensorFlow, which `bert-tf encoders` and others who look for a folder only shouldn't wait for.
    from bert_tf.models.encoders.encoder_config import load_config

    values, known = read_config(folder), load_config(folder)
    return {
        "vocab_size": known.vocabulary_size,
        "pad_token_id": known.pad_id,
        # Where the tokenizer's own files don't say it, its family does, which is another one here.
        "tokenizer_class": values.get("tokenizer_class") or FAMILIES[known.family],
    }
