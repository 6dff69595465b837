"""Logits of a split, in the order of its rows."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import tensorflow as tf
import tf_keras as keras


class Predictor:
    """Runs a model over batches; one traced graph serves every shape and every call.

    Args:
        model: From inputs to logits, float32 [B, C].
    """

    def __init__(self, model: keras.Model) -> None:
        ids = tf.TensorSpec([None, None], tf.int32)
        inputs = {"input_ids": ids, "attention_mask": ids, "token_type_ids": ids}
        self._logits = tf.function(lambda batch: model(batch, training=False), input_signature=[inputs])

    def __call__(self, batches: Iterable[dict[str, Any]], order: np.ndarray) -> np.ndarray:
        """Logits, float32 [N, C].

        Args:
            batches: Inputs of N rows, such as `evaluation_batches`' first result.
            order: int64 [N]; output i is of row order[i].
        """
        outputs = np.concatenate([self._logits(batch).numpy() for batch in batches])
        logits = np.empty_like(outputs)
        logits[order] = outputs
        return logits
