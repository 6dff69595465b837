"""The encoder: a TensorFlow model from transformers, with its weights or with none yet."""

import contextlib
import pathlib
from collections.abc import Callable, Iterator
from typing import Any

import tf_keras as keras
from safetensors import SafetensorError

from bert_tf.errors import ModelError

_ROBERTA_LIKE = {"roberta", "xlm-roberta", "camembert"}


def load_encoder(folder: pathlib.Path) -> tuple[keras.Model, bool]:
    """The encoder of a folder with its weights, and whether its pooler is among them.

    Raises:
        ModelError: transformers can't make it, or weights other than the pooler's are missing.
    """
    from transformers import TFAutoModel

    with _quiet():
        encoder, info = _made(
            folder,
            lambda: TFAutoModel.from_pretrained(str(folder), local_files_only=True, output_loading_info=True),
        )
    missing = info["missing_keys"]
    untrained = [name for name in missing if "pooler" not in name]
    if untrained:
        raise ModelError(
            f"{len(untrained)} weights of the encoder are not in its file, {untrained[0]} among them.",
            where=str(folder),
            hint="config.json and model.safetensors must be of the same model",
        )
    return encoder, not missing


def blank_encoder(folder: pathlib.Path) -> keras.Model:
    """The encoder that a folder's config.json describes, with random weights, for a checkpoint to fill."""
    from transformers import TFAutoModel

    config = load_config(folder)
    with _quiet():
        encoder = _made(folder, lambda: TFAutoModel.from_config(config))
        encoder(encoder.dummy_inputs)
        return encoder


def load_config(folder: pathlib.Path) -> Any:
    """The encoder's transformers config; raises ModelError when transformers doesn't know such a model."""
    from transformers import AutoConfig

    return _made(folder, lambda: AutoConfig.from_pretrained(str(folder)))


def takes_segments(config: Any) -> bool:
    """Whether the encoder tells the first text of a pair from the second by `token_type_ids`."""
    return getattr(config, "type_vocab_size", 0) > 1


def hidden_dropout(config: Any) -> float:
    """The encoder's own dropout, under whichever name its family keeps it."""
    return float(getattr(config, "hidden_dropout_prob", getattr(config, "dropout", 0.1)))


def longest_input(config: Any) -> int | None:
    """Most tokens of a row that the encoder has positions for; None where nothing limits it."""
    positions = getattr(config, "max_position_embeddings", None)
    if positions is None:
        return None
    # RoBERTa's positions begin after the padding id's, so two of them are never used.
    unused = config.pad_token_id + 1 if config.model_type in _ROBERTA_LIKE else 0
    return int(positions) - unused


def _made(folder: pathlib.Path, make: Callable[[], Any]) -> Any:
    try:
        return make()
    except (ValueError, KeyError, OSError, ImportError, SafetensorError) as problem:
        raise ModelError(
            "The encoder can't be loaded as a TensorFlow model.",
            where=str(folder),
            hint=f"transformers says: {str(problem).splitlines()[0][:300]}",
        ) from problem


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Silence transformers' notes on weights that a pooled classifier doesn't use."""
    from transformers.utils import logging

    level = logging.get_verbosity()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(level)
