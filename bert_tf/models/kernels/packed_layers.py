"""Packed weights of native layers that last from one step to the next."""

from collections.abc import Iterable, Sequence
from typing import Any

import tensorflow as tf

from bert_tf.models.encoders.transformer_layer import TransformerLayer

_MATRICES = 6


class PackedLayers:
    """Where the native layers of a model find their matrices packed, in so far as these are still the same.

    What is packed belongs to the memory of the values that it was packed from, which the library holds: TensorFlow
    doesn't change memory that two hold. A value that a variable is set to, by whatever means, is in other memory, and
    is packed when a layer reads it. So what is kept is never out of date. The native optimizer packs the values that it
    writes; others are packed when they are first read.

    Args:
        operations: Of the native library.
        layers: In the order of their places.

    Attributes:
        number: By which the operations know what is kept; it ends with this object.
    """

    def __init__(self, operations: Any, layers: Iterable[TransformerLayer]) -> None:
        # Its memory, and not the number itself, is what keeps the packed weights.
        self._kept: tf.Tensor = operations.bert_tf_new_packed_layers()
        self.number = int(self._kept)
        self._places = {
            matrix.ref(): _MATRICES * place + index
            for place, layer in enumerate(layers)
            for index, matrix in enumerate(matrices_of(layer))
        }

    def places(self, variables: Iterable[tf.Variable]) -> list[int]:
        """For each variable six times its layer's place and the matrix's number among the layer's; -1 for others."""
        return [self._places.get(variable.ref(), -1) for variable in variables]

    def of(self, layer: TransformerLayer) -> dict[str, int]:
        """Attributes of the operation that packs a layer."""
        return {"kept": self.number, "place": self._places[layer.query.kernel.ref()] // _MATRICES}


def matrices_of(layer: TransformerLayer) -> Sequence[tf.Variable]:
    """The six matrices of a layer, in the order of the operations."""
    dense = layer.query, layer.key, layer.value, layer.attention_output, layer.inner, layer.outer
    return [part.kernel for part in dense]
