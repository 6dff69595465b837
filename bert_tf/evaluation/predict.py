"""Logits of a split, in the order of its rows."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import tensorflow as tf


class Predictor:
    """Runs a model over batches; one traced graph serves every shape and every call.

    Args:
        logits: From inputs to logits, float32 [B, C]; `InferenceGraph.logits`.
    """

    def __init__(self, logits: Callable[[dict[str, tf.Tensor]], tf.Tensor]) -> None:
        ids = tf.TensorSpec([None, None], tf.int32)
        inputs = {"input_ids": ids, "attention_mask": ids, "token_type_ids": ids}
        self._logits = tf.function(logits, input_signature=[inputs])

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
