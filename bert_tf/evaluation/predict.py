"""Logits of a split, in the order of its rows."""

import collections
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
import tensorflow as tf

_AT_A_TIME = 2


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
        outputs = np.concatenate(list(self._outputs(batches)))
        logits = np.empty_like(outputs)
        logits[order] = outputs
        return logits

    def _outputs(self, batches: Iterable[dict[str, Any]]) -> Iterator[np.ndarray]:
        """Logits of each batch, in order; two batches are under way at a time and share the cores' idle moments."""
        under_way: collections.deque[Future[np.ndarray]] = collections.deque()
        with ThreadPoolExecutor(_AT_A_TIME) as threads:
            for batch in batches:
                under_way.append(threads.submit(lambda inputs: self._logits(inputs).numpy(), batch))
                if len(under_way) > _AT_A_TIME:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
