"""A trained `TextModel` for inference: what computes its outputs, and the variables that takes."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from bert_tf.models.encoders.transformer_encoder import transformer_of
from bert_tf.models.frozen.frozen_encoder import FrozenEncoder
from bert_tf.models.frozen.native_encoder import NativeEncoder
from bert_tf.models.task_network import Outputs
from bert_tf.models.text_model import Inputs, TextModel
from bert_tf.text.encoded import FEATURES


@dataclasses.dataclass(frozen=True)
class InferenceGraph:
    """What runs when nothing is trained.

    Attributes:
        outputs: From inputs, int32 [B, L] by name, to the task's outputs, float32 [B, …] by name.
        pooled: From the same inputs to the vectors that the head sees, float32 [B, H].
        variables: What `outputs` reads of those that there are; a SavedModel has to hold them.
    """

    outputs: Callable[[Inputs], Outputs]
    pooled: Callable[[Inputs], tf.Tensor]
    variables: Sequence[tf.Variable]


def plain_graph(model: TextModel) -> InferenceGraph:
    """The model as it is, on the kernels that it was made with."""

    def pooled(inputs: Inputs) -> tf.Tensor:
        return model.pooled(model.hidden(inputs, training=False), inputs["attention_mask"])

    return InferenceGraph(lambda inputs: model(inputs, training=False), pooled, model.weights)


def frozen_graph(model: TextModel, *, dtype: tf.DType, quantized: bool = False) -> InferenceGraph:
    """The model with its encoder's weights as constants, as they are now; trained further, it needs a new graph.

    Args:
        model: With an encoder that `kernels.fused_encoder.supports` accepts.
        dtype: Of the encoder's weights and activations: float32 or bfloat16.
        quantized: Whether the encoder's kernels and word embeddings are kept as int8; see `quantize`.
    """
    encoder = FrozenEncoder(transformer_of(model.encoder), compute_dtype=dtype, quantized=quantized)
    return _graph(model, encoder, [encoder.words])


def native_graph(model: TextModel, operations: Any) -> InferenceGraph:
    """The model with its encoder computed by native operations in bfloat16, with its weights as they are now.

    For this process only: no other can load such a graph without the native library.

    Args:
        model: With an encoder that `kernels.native_layer.supports_native` accepts.
        operations: Of the native library.
    """
    return _graph(model, NativeEncoder(transformer_of(model.encoder), operations), [])


def _graph(
    model: TextModel, encoder: FrozenEncoder | NativeEncoder, variables: Sequence[tf.Variable]
) -> InferenceGraph:
    """Pooling and head of a model over what stands for its encoder and reads the variables."""

    def hidden(inputs: Inputs) -> tf.Tensor:
        return encoder(
            inputs["input_ids"],
            inputs["attention_mask"],
            inputs["token_type_ids"],
            first_token_only=model.pools_first_token,
        )

    def outputs(inputs: Inputs) -> Outputs:
        features = inputs.get(FEATURES)
        return model.read_out(hidden(inputs), inputs["attention_mask"], features=features, training=False)

    def pooled(inputs: Inputs) -> tf.Tensor:
        return model.pooled(hidden(inputs), inputs["attention_mask"])

    pooler = model.encoder.pooler
    pooler_weights = [] if pooler is None else pooler.weights
    return InferenceGraph(outputs, pooled, [*variables, *pooler_weights, *model.head.weights])
