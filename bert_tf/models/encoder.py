"""The encoder: a TensorFlow model from transformers, with its weights or with none yet."""

import contextlib
import pathlib
from collections.abc import Callable, Iterator
from typing import Any

import tf_keras as keras

from bert_tf.errors import ModelError
from bert_tf.pretrained import FAMILIES, read_config
from bert_tf.text.encoded import MODEL_INPUTS

# What the labels of another task say is of no use here, and a number of them without end would fill memory.
_LABELS = {"num_labels", "_num_labels", "id2label", "label2id"}
_SIZES = (
    "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "max_position_embeddings",
    "intermediate_size", "hidden_dim", "embedding_size",
)  # fmt: skip
# The largest of these families have a quarter of it.
_MOST_WEIGHTS = 6_000_000_000


def load_encoder(folder: pathlib.Path) -> tuple[keras.Model, bool]:
    """The encoder of a folder with its weights, and whether its pooler is among them.

    Raises:
        ModelError: transformers can't make it, or weights other than the pooler's are missing.
    """
    config = load_config(folder)
    settings = {"local_files_only": True, "use_safetensors": True, "output_loading_info": True}
    with _quiet():
        encoder, info = _made(
            folder,
            lambda: _model_class(config).from_pretrained(
                str(folder), config=config, trust_remote_code=False, **settings
            ),
        )
    missing = info["missing_keys"]
    untrained = [name for name in missing if "pooler" not in name]
    if untrained:
        raise ModelError(
            f"{len(untrained)} weights of the encoder are missing from its file, among them {untrained[0]}.",
            where=str(folder),
            hint="config.json and model.safetensors must be of the same model",
        )
    return encoder, not missing


def blank_encoder(folder: pathlib.Path) -> keras.Model:
    """The encoder that a folder's config.json describes, with random weights, for a checkpoint to fill."""
    config = load_config(folder)
    with _quiet():
        encoder = _made(folder, lambda: _model_class(config)(config))
        _made(folder, lambda: encoder(encoder.dummy_inputs))
        return encoder


def load_config(folder: pathlib.Path) -> Any:
    """The encoder's transformers config; raises ModelError as `read_config` does, and for sizes that can't be."""
    import transformers

    values = {name: value for name, value in read_config(folder).items() if name not in _LABELS}
    family = FAMILIES[values["model_type"]]
    # Of what was read and checked here, so that transformers reads no file by itself.
    config = _made(folder, lambda: getattr(transformers, family.config).from_dict(values))
    _check_numbers(config, folder)
    _check_size(config, folder)
    return config


def takes_segments(config: Any) -> bool:
    """Whether the encoder tells the first text of a pair from the second by `token_type_ids`."""
    return getattr(config, "type_vocab_size", 0) > 1


def encoder_inputs(config: Any) -> tuple[str, ...]:
    """Names of what the encoder itself reads."""
    return MODEL_INPUTS if takes_segments(config) else MODEL_INPUTS[:-1]


def hidden_dropout(config: Any) -> float:
    """The encoder's own dropout, under whichever name its family keeps it."""
    return float(getattr(config, "hidden_dropout_prob", getattr(config, "dropout", 0.1)))


def longest_input(config: Any) -> int | None:
    """Most tokens of a row that the encoder has positions for; None where nothing limits it."""
    positions = getattr(config, "max_position_embeddings", None)
    if positions is None:
        return None
    # RoBERTa's positions begin after the padding id's, so two of them are never used.
    unused = config.pad_token_id + 1 if FAMILIES[config.model_type].skips_positions else 0
    return int(positions) - unused


def _model_class(config: Any) -> Any:
    import transformers

    return getattr(transformers, FAMILIES[config.model_type].model)


def _check_numbers(config: Any, folder: pathlib.Path) -> None:
    for name, value in config.to_dict().items():
        if _is_share(name) and value is not None and not (_is_number(value, (int, float)) and 0 <= value <= 1):
            raise _no_number(name, value, "a number from 0 to 1", folder)
    for name, least in [*((name, 1) for name in _SIZES), ("pad_token_id", 0), ("type_vocab_size", 0)]:
        value = getattr(config, name, least)
        if not _is_number(value, (int,)) or value < least:
            raise _no_number(name, value, f"a whole number from {least}", folder)


def _check_size(config: Any, folder: pathlib.Path) -> None:
    inner = getattr(config, "intermediate_size", getattr(config, "hidden_dim", 1))
    layer = config.hidden_size * (4 * config.hidden_size + 2 * inner)
    rows = config.vocab_size + config.max_position_embeddings
    weights = rows * config.hidden_size + config.num_hidden_layers * layer
    if weights > _MOST_WEIGHTS:
        raise ModelError(
            f"The encoder's config.json describes about {weights:.1e} weights; the limit is {_MOST_WEIGHTS:.0e}.",
            where=str(folder / "config.json"),
            hint="use a smaller encoder",
        )


def _is_share(name: str) -> bool:
    return "dropout" in name or name.endswith("_eps") or name == "initializer_range"


def _is_number(value: object, kinds: tuple[type, ...]) -> bool:
    return isinstance(value, kinds) and not isinstance(value, bool)


def _no_number(name: str, value: object, wanted: str, folder: pathlib.Path) -> ModelError:
    return ModelError(
        f"The encoder's {name} is {str(value)[:60]}, but must be {wanted}.",
        where=str(folder / "config.json"),
        hint="download the encoder's folder again",
    )


def _made(folder: pathlib.Path, make: Callable[[], Any]) -> Any:
    try:
        return make()
    except Exception as problem:
        # Of a configuration that makes no sense transformers and Keras say so with whatever type comes up.
        reason = (str(problem).splitlines() or [""])[0][:300] or type(problem).__name__
        raise ModelError(
            "The encoder can't be loaded as a TensorFlow model.",
            where=str(folder),
            hint=f"transformers says: {reason}",
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
