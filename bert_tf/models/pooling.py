"""From one vector for each token to one vector for a text."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import tensorflow as tf

from bert_tf.errors import ModelError
from bert_tf.models.encoders.encoder_config import EncoderConfig
from bert_tf.models.encoders.text_encoder import TextEncoder, own_pooler

Pooling = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


def first(hidden: tf.Tensor, attention_mask: tf.Tensor) -> tf.Tensor:
    """Vector of the first token, [CLS]: float32 [B, L, H] and int32 [B, L] to float32 [B, H]."""
    del attention_mask
    return hidden[:, 0]


def mean(hidden: tf.Tensor, attention_mask: tf.Tensor) -> tf.Tensor:
    """Mean over a text's own tokens, padding left out: float32 [B, L, H] and int32 [B, L] to float32 [B, H]."""
    weight = tf.cast(attention_mask, hidden.dtype)[:, :, None]
    return tf.reduce_sum(hidden * weight, 1) / tf.maximum(tf.reduce_sum(weight, 1), 1.0)


def maximum(hidden: tf.Tensor, attention_mask: tf.Tensor) -> tf.Tensor:
    """Largest of each value over a text's own tokens: float32 [B, L, H] and int32 [B, L] to float32 [B, H]."""
    is_token = tf.cast(attention_mask, tf.bool)[:, :, None]
    return tf.reduce_max(tf.where(is_token, hidden, hidden.dtype.min), 1)


def only(hidden: tf.Tensor, attention_mask: tf.Tensor) -> tf.Tensor:
    """The one vector of each text: float32 [B, 1, H] to float32 [B, H]."""
    del attention_mask
    return hidden[:, 0]


_WORDS = ("auto", "pooler", "first", "mean", "max")  # of a recipe
_POOLINGS: Mapping[str, Pooling] = {"first": first, "mean": mean, "max": maximum, "only": only}
# What sees every token's vector.
OF_ALL_TOKENS = frozenset({"mean", "max"})


class GivenVectors(NamedTuple):
    """What an encoder gives of a text before anything is learned here.

    Attributes:
        pooler: Whether its pooler has weights.
        trained: Which vector of a text it was trained to give: "first", "mean" or "max"; None where it was trained on
            words only.
    """

    pooler: bool = False
    trained: str | None = None


NO_VECTORS = GivenVectors()


def choose_pooling(
    name: str, config: EncoderConfig, *, given: GivenVectors = NO_VECTORS, for_vectors: bool = False
) -> str:
    """What a recipe's word comes to.

    "auto" is the vector that the encoder was trained to give, whose meaning training keeps; there a pooler, if it has
    weights at all, has those of before that training. Of an encoder that was trained on words only it is "mean" where
    vectors themselves are compared (`for_vectors`; Reimers & Gurevych, "Sentence-BERT", 2019), else "pooler" where that
    has weights. It is "max" for a bidirectional LSTM (Conneau et al., "Supervised Learning of Universal Sentence
    Representations", 2017), else "first". Where a text has one vector only, there is nothing to choose.

    Raises:
        ModelError: no such word, "pooler" and the encoder has none, or the encoder gives one vector for a text and
            another word than "auto" asks for tokens'.
    """
    if name not in _WORDS:
        raise ModelError(
            f"There is no pooling {name!r}.", where="model.pooling", hint=f"use one of: {', '.join(_WORDS)}"
        )
    if config.gives_one_vector:
        if name != "auto":
            raise ModelError(
                f'The encoder {config.family!r} gives one vector for a text, so "{name}" has nothing to pool.',
                where="model.pooling",
                hint='remove it, or set it to "auto"',
            )
        return "only"
    if name == "pooler" and not config.pooler:
        raise ModelError(
            f"The encoder {config.family!r} has no pooler.",
            where="model.pooling",
            hint='use "first", "mean" or "max"',
        )
    if name != "auto":
        return name
    if config.family == "bilstm":
        return "max"
    if given.trained is not None:
        return given.trained
    if for_vectors:
        return "mean"
    return "pooler" if given.pooler and config.pooler else "first"


def make_pooling(name: str, encoder: TextEncoder) -> Pooling:
    """The pooling of a name.

    Args:
        name: Of `choose_pooling`.
        encoder: Whose pooler it may be.

    Raises:
        ModelError: "pooler" and the encoder has none.
    """
    if name == "pooler":
        pooler = own_pooler(encoder)
        return lambda hidden, attention_mask: pooler(first(hidden, attention_mask))
    return _POOLINGS[name]
