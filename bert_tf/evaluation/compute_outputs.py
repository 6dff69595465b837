"""Logits of a split, in the order of its rows."""

import collections
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np
import tensorflow as tf

_AT_A_TIME = 2

Input = TypeVar("Input")
Output = TypeVar("Output")


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
        outputs = np.concatenate(list(under_way(self.batch, batches)))
        logits = np.empty_like(outputs)
        logits[order] = outputs
        return logits

    def batch(self, inputs: dict[str, Any]) -> np.ndarray:
        """Logits of one batch, float32 [B, C]."""
        return self._logits(inputs).numpy()


def under_way(compute: Callable[[Input], Output], inputs: Iterable[Input]) -> Iterator[Output]:
    """What is computed of each input, in order; two are under way at a time and share the cores' idle moments."""
    futures: collections.deque[Future[Output]] = collections.deque()
    with ThreadPoolExecutor(_AT_A_TIME) as threads:
        for each in inputs:
            futures.append(threads.submit(compute, each))
            if len(futures) > _AT_A_TIME:
                yield futures.popleft().result()
        while futures:
            yield futures.popleft().result()
