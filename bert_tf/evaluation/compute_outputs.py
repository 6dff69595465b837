"""A model's outputs on a split, in the order of its rows."""

import collections
import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np
import tensorflow as tf

from bert_tf.models.task_network import Outputs
from bert_tf.models.word_outputs import Inputs, WordReader
from bert_tf.ragged_rows import RaggedRows, RowValues, concatenated
from bert_tf.text.encoded import FEATURES, MODEL_INPUTS

Arrays = dict[str, RowValues]  # outputs by name, each [N, …]

AT_A_TIME = 2

Input = TypeVar("Input")
Output = TypeVar("Output")


class Predictor:
    """Runs a model over batches; one traced graph serves every shape and every call.

    Args:
        outputs: From inputs to outputs by name, each [B, …]; `InferenceGraph.outputs`.
        words: Where outputs are of tokens, [B, L, …], takes those of words, which are given as `RaggedRows`
            [N, words, …]. None where outputs are of texts.
    """

    def __init__(self, outputs: Callable[[Inputs], Outputs], words: WordReader | None = None) -> None:
        def read(inputs: Inputs) -> Outputs:
            found = outputs(inputs)
            return found if words is None else words.of_rows(found, inputs)

        ids = dict.fromkeys(MODEL_INPUTS, tf.TensorSpec([None, None], tf.int32))
        more = {**ids, FEATURES: tf.TensorSpec([None, None], tf.float32)}
        self._outputs, self._of_features = (
            tf.function(read, input_signature=[specs], autograph=False) for specs in (ids, more)
        )

    def __call__(self, batches: Iterable[dict[str, Any]], order: np.ndarray) -> Arrays:
        """Outputs of N rows.

        Args:
            batches: Inputs of N rows, such as `evaluation_batches`' first result.
            order: int64 [N]; output i is of row order[i].
        """
        return in_order(list(under_way(self.batch, batches)), order)

    def batch(self, inputs: dict[str, Any]) -> Arrays:
        """Outputs of one batch."""
        outputs = self._of_features if FEATURES in inputs else self._outputs
        return {name: _array(values) for name, values in outputs(inputs).items()}


def _array(values: tf.Tensor | tf.RaggedTensor) -> RowValues:
    if isinstance(values, tf.RaggedTensor):
        return RaggedRows(values.flat_values.numpy(), values.row_splits.numpy())
    return values.numpy()


def in_order(batches: Sequence[Mapping[str, RowValues]], order: np.ndarray) -> Arrays:
    """The outputs of one or more batches, one behind the other, as outputs of all rows.

    Args:
        batches: N rows altogether.
        order: int64 [N]; row i of the batches is row order[i] of the result.
    """
    places = np.argsort(order, kind="stable")
    return {name: concatenated([batch[name] for batch in batches])[places] for name in batches[0]}


def under_way(
    compute: Callable[[Input], Output], inputs: Iterable[Input], *, threads: Executor | None = None
) -> Iterator[Output]:
    """What is computed of each input, in order; two are under way at a time and share the cores' idle moments.

    Args:
        compute: Called in other threads.
        inputs: Any number of them.
        threads: `AT_A_TIME` of them; new ones if not given.
    """
    futures: collections.deque[Future[Output]] = collections.deque()
    with contextlib.ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(AT_A_TIME)) if threads is None else threads
        for each in inputs:
            futures.append(pool.submit(compute, each))
            if len(futures) > AT_A_TIME:
                yield futures.popleft().result()
        while futures:
            yield futures.popleft().result()
