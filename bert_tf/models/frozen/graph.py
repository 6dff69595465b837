"""A trained `TextModel` for inference: what computes its logits, and the variables that takes."""

import dataclasses
from collections.abc import Callable, Sequence

import tensorflow as tf

from bert_tf.models.frozen.encoder import FrozenBertEncoder
from bert_tf.models.text_model import Inputs, TextModel


@dataclasses.dataclass(frozen=True)
class InferenceGraph:
    """What runs when nothing is trained.

    Attributes:
        logits: From inputs, int32 [B, L] by name, to float32 [B, C].
        variables: What `logits` reads; a SavedModel has to hold them.
    """

    logits: Callable[[Inputs], tf.Tensor]
    variables: Sequence[tf.Variable]


def plain_graph(model: TextModel) -> InferenceGraph:
    """The model as it is, on the kernels that it was made with."""
    return InferenceGraph(lambda inputs: model(inputs, training=False), model.weights)


def frozen_graph(model: TextModel, *, dtype: tf.DType) -> InferenceGraph:
    """The model with its encoder's weights as constants, as they are now; trained further, it needs a new graph.

    Args:
        model: With an encoder that `kernels.encoder.supports` accepts.
        dtype: Of the encoder's weights and activations: float32 or bfloat16.
    """
    bert = model.encoder.bert
    encoder = FrozenBertEncoder(bert, compute_dtype=dtype)

    def logits(inputs: Inputs) -> tf.Tensor:
        hidden = encoder(
            inputs["input_ids"],
            inputs["attention_mask"],
            inputs["token_type_ids"],
            first_token_only=model.pools_first_token,
        )
        return model.logits(hidden, inputs["attention_mask"], training=False)

    frozen = {weight.ref() for weight in [*bert.embeddings.weights, *bert.encoder.weights]}
    left = [weight for weight in [*model.encoder.weights, *model.head.weights] if weight.ref() not in frozen]
    return InferenceGraph(logits, [encoder.words, *left])
