"""What an encoder's config.json says, in one set of words for all families."""

import dataclasses
import pathlib
from collections.abc import Mapping
from typing import Any

from bert_tf.errors import ModelError
from bert_tf.models.encoders.activations import ACTIVATIONS
from bert_tf.pretrained import read_config

# The largest of these families have a quarter of it.
_MOST_WEIGHTS = 6_000_000_000
# MPNet's own code says so, whatever the configuration has for padding.
_MPNET_PADDING = 1


@dataclasses.dataclass(frozen=True)
class EncoderConfig:
    """Sizes and rates of an encoder; the defaults are those of BERT-base.

    Attributes:
        family: `model_type` of config.json, such as "bert" or "xlm-roberta".
        vocabulary_size: V, rows of the word table.
        hidden_size: H, a multiple of `heads`.
        layers: How many transformer layers there are.
        heads: N, of attention.
        inner_size: Width between the two matmuls of the feed-forward block.
        positions: Rows of the position table.
        segments: Rows of the segment table; 0 for none.
        embedding_size: E, width of the tables; None for H.
        activation: One of `ACTIVATIONS`.
        epsilon: Added to the variance by LayerNorm, above 0.
        hidden_dropout: Share of a block's outputs that training drops, from 0 to below 1.
        attention_dropout: Share of the attention probabilities that training drops, from 0 to below 1.
        initializer_range: Standard deviation of random weights.
        pad_id: Token that fills rows up.
        first_position: Row of the position table that a text's first token gets.
        relative_buckets: Rows of the table of relative positions (MPNet), 4 or more; 0 for none.
        pooler: Whether a dense layer over the first token belongs to the encoder.
        pairs: P, how many pairs of neighbouring tokens a bag of words may know; 0 for the other families.
    """

    family: str = "bert"
    vocabulary_size: int = 30522
    hidden_size: int = 768
    layers: int = 12
    heads: int = 12
    inner_size: int = 3072
    positions: int = 512
    segments: int = 2
    embedding_size: int | None = None
    activation: str = "gelu"
    epsilon: float = 1e-12
    hidden_dropout: float = 0.1
    attention_dropout: float = 0.1
    initializer_range: float = 0.02
    pad_id: int = 0
    first_position: int = 0
    relative_buckets: int = 0
    pooler: bool = True
    pairs: int = 0

    @property
    def is_pretrained(self) -> bool:
        """Whether the encoder is a transformer with weights of its own; else training begins with random ones."""
        return self.family not in {"bilstm", "bow"}

    @property
    def gives_one_vector(self) -> bool:
        """Whether a text gets one vector, and not one for each token."""
        return self.family == "bow"

    @property
    def attended_dropout(self) -> float:
        """Share of attention's outputs that training drops: `hidden_dropout`, but DistilBERT's code drops none."""
        return 0.0 if self.family == "distilbert" else self.hidden_dropout

    @property
    def embedding_width(self) -> int:
        """Width of the tables, E."""
        return self.hidden_size if self.embedding_size is None else self.embedding_size

    @property
    def takes_segments(self) -> bool:
        """Whether the encoder tells the first text of a pair from the second by `token_type_ids`."""
        return self.segments > 1

    @property
    def longest_input(self) -> int:
        """Most tokens of a row that there are positions for."""
        return self.positions - self.first_position


_KEYS = {
    "vocabulary_size": "vocab_size",
    "hidden_size": "hidden_size",
    "layers": "num_hidden_layers",
    "heads": "num_attention_heads",
    "inner_size": "intermediate_size",
    "positions": "max_position_embeddings",
    "segments": "type_vocab_size",
    "activation": "hidden_act",
    "epsilon": "layer_norm_eps",
    "hidden_dropout": "hidden_dropout_prob",
    "attention_dropout": "attention_probs_dropout_prob",
    "initializer_range": "initializer_range",
    "pad_id": "pad_token_id",
}
_DISTILBERT_KEYS = {
    "vocabulary_size": "vocab_size",
    "hidden_size": "dim",
    "layers": "n_layers",
    "heads": "n_heads",
    "inner_size": "hidden_dim",
    "positions": "max_position_embeddings",
    "activation": "activation",
    "hidden_dropout": "dropout",
    "attention_dropout": "attention_dropout",
    "initializer_range": "initializer_range",
    "pad_id": "pad_token_id",
}
_MPNET_KEYS = {
    **{field: key for field, key in _KEYS.items() if field != "segments"},
    "relative_buckets": "relative_attention_num_buckets",
}
_BASELINE_KEYS = {
    "vocabulary_size": "vocab_size",
    "hidden_size": "hidden_size",
    "positions": "max_position_embeddings",
    "hidden_dropout": "hidden_dropout_prob",
    "initializer_range": "initializer_range",
    "pad_id": "pad_token_id",
}
_BASELINE = {"layers": 1, "heads": 1, "inner_size": 1, "positions": 4096, "segments": 0, "pooler": False}
# Names in config.json, and what holds where one is missing: the defaults of the family's configuration in transformers,
# and our own for the two that it doesn't have.
_FAMILIES: Mapping[str, tuple[Mapping[str, str], Mapping[str, Any]]] = {
    "bert": (_KEYS, {}),
    "bilstm": (
        {**_BASELINE_KEYS, "embedding_size": "embedding_size"},
        {**_BASELINE, "embedding_size": 128, "hidden_size": 256},
    ),
    "bow": ({**_BASELINE_KEYS, "pairs": "pairs"}, {**_BASELINE, "hidden_size": 64, "pairs": 32768}),
    "camembert": (_KEYS, {"pad_id": 1}),
    "distilbert": (_DISTILBERT_KEYS, {"layers": 6, "segments": 0, "pooler": False}),
    "electra": (
        {**_KEYS, "embedding_size": "embedding_size"},
        {"embedding_size": 128, "hidden_size": 256, "heads": 4, "inner_size": 1024, "pooler": False},
    ),
    "mpnet": (_MPNET_KEYS, {"vocabulary_size": 30527, "segments": 0, "pad_id": 1, "relative_buckets": 32}),
    "roberta": (_KEYS, {"vocabulary_size": 50265, "pad_id": 1}),
    "xlm-roberta": (_KEYS, {"pad_id": 1}),
}
# Of fewer than four buckets, none is left for distances that share one.
_LEAST = {"pad_id": 0, "segments": 0, "relative_buckets": 4}
_SHARES = {"hidden_dropout", "attention_dropout"}
# Of these encoders none has any of it, and with it the weights would mean something else.
_NOT_OURS = {
    "is_decoder": "a decoder",
    "add_cross_attention": "attention to another text",
    "pruned_heads": "layers without some of their heads",
}


def load_config(folder: pathlib.Path) -> EncoderConfig:
    """The configuration of an encoder's folder.

    Raises:
        ModelError: as `read_config`, for sizes that can't be, and for what these encoders don't have.
    """
    return encoder_config(read_config(folder), where=str(folder / "config.json"))


def encoder_config(values: Mapping[str, Any], *, where: str) -> EncoderConfig:
    """The configuration of what stands in a config.json.

    Args:
        values: With a `model_type` that there are encoders for.
        where: For messages.

    Raises:
        ModelError: sizes that can't be, or what these encoders don't have.
    """
    family = values["model_type"]
    keys, defaults = _FAMILIES[family]
    found = {field: values[key] for field, key in keys.items() if key in values}
    for field, value in found.items():
        _check(field, keys[field], value, where)
    for key, meaning in _NOT_OURS.items():
        if values.get(key):
            raise _unsupported(f"describes {meaning}", f"{where}: {key}")
    kind = values.get("position_embedding_type", "absolute")
    if kind != "absolute":
        raise _unsupported(f"has positions of the kind {str(kind)[:60]!r}", f"{where}: position_embedding_type")
    config = EncoderConfig(family=family, **{**defaults, **found})
    config = dataclasses.replace(config, first_position=_first_position(config))
    _check_sizes(config, keys, where)
    return config


def _first_position(config: EncoderConfig) -> int:
    if config.family in {"roberta", "xlm-roberta", "camembert"}:
        return config.pad_id + 1
    return _MPNET_PADDING + 1 if config.family == "mpnet" else 0


def _check(field: str, key: str, value: Any, where: str) -> None:
    if field == "activation":
        if value not in list(ACTIVATIONS):
            raise _no_value(key, value, f"one of {', '.join(ACTIVATIONS)}", where)
    elif field == "epsilon":
        if not _is_number(value, (int, float)) or not 0 < value <= 1:
            raise _no_value(key, value, "a number above 0, at most 1", where)
    elif field == "initializer_range":
        if not _is_number(value, (int, float)) or not 0 <= value <= 1:
            raise _no_value(key, value, "a number from 0 to 1", where)
    elif field in _SHARES:
        if not _is_number(value, (int, float)) or not 0 <= value < 1:
            raise _no_value(key, value, "a number from 0 to below 1", where)
    else:
        least = _LEAST.get(field, 1)
        if not _is_number(value, (int,)) or value < least:
            raise _no_value(key, value, f"a whole number from {least}", where)


def _check_sizes(config: EncoderConfig, keys: Mapping[str, str], where: str) -> None:
    if config.hidden_size % config.heads:
        raise ModelError(
            f"The encoder's {keys['hidden_size']} of {config.hidden_size} can't be divided among {config.heads} "
            "attention heads.",
            where=f"{where}: {keys['heads']}",
            hint="download the encoder's folder again",
        )
    if config.family == "bilstm" and config.hidden_size % 2:
        raise _no_value(keys["hidden_size"], config.hidden_size, "even, half of it for each direction", where)
    if config.longest_input < 1:
        least = f"a whole number from {config.first_position + 1}"
        raise _no_value(keys["positions"], config.positions, least, where)
    layer = config.hidden_size * (4 * config.hidden_size + 2 * config.inner_size)
    rows = config.vocabulary_size + (config.positions if config.is_pretrained else config.pairs)
    weights = rows * config.embedding_width + config.layers * layer
    if weights > _MOST_WEIGHTS:
        raise ModelError(
            f"The encoder's config.json describes about {weights:.1e} weights; the limit is {_MOST_WEIGHTS:.0e}.",
            where=where,
            hint="use a smaller encoder",
        )


def _is_number(value: object, kinds: tuple[type, ...]) -> bool:
    return isinstance(value, kinds) and not isinstance(value, bool)


def _no_value(name: str, value: object, wanted: str, where: str) -> ModelError:
    return ModelError(
        f"The encoder's {name} is {str(value)[:60]}, but must be {wanted}.",
        where=where,
        hint="download the encoder's folder again, or use another encoder",
    )


def _unsupported(what: str, where: str) -> ModelError:
    return ModelError(
        f"The encoder's config.json {what}, which bert_tf doesn't support.",
        where=where,
        hint="use another encoder",
    )
