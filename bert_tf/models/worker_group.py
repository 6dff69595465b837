"""Processes that train one model together, and the sums that they exchange; all of it is `tf.distribute`."""

import contextlib
import signal
import threading
from collections.abc import Iterator, Sequence

import numpy as np
import tensorflow as tf

from bert_tf.cluster import Cluster
from bert_tf.errors import ClusterError, LostWorkerError
from bert_tf.ports import listen

_SENT_AT_ONCE = 1 << 22  # numbers
# What TensorFlow raises at those that are left when a process of a collective operation is gone.
_LOST = (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.CancelledError, tf.errors.DeadlineExceededError)


class WorkerGroup:
    """N processes; making one waits until all are there.

    It has to be made before the process computes anything with TensorFlow.

    Args:
        cluster: Who they are; TensorFlow reads the same from TF_CONFIG.
        sent_as: Type in which gradients go over the network: float32, or bfloat16, in which each addition is rounded.

    Attributes:
        count: N.
        index: Of this process.

    Raises:
        ClusterError: the process has used TensorFlow before, or it sees several GPUs.
        MachineError: this worker's port is taken.
        LostWorkerError: another worker was there and is gone.
    """

    def __init__(self, cluster: Cluster, *, sent_as: tf.DType = tf.float32) -> None:
        self.count, self.index = cluster.count, cluster.index
        self._sent_as = sent_as
        # TensorFlow's own message about a port that is taken ends the process.
        listen("0.0.0.0", cluster.port, option="TF_CONFIG: port").close()
        try:
            with lost_workers_told():
                self._strategy = tf.distribute.MultiWorkerMirroredStrategy()
        except RuntimeError as problem:
            raise ClusterError(
                "This process has used TensorFlow already, and workers have to find each other before.",
                hint="train with several workers first, in a process of its own",
            ) from problem
        _take_back_sigterm()
        if self._strategy.num_replicas_in_sync != self.count:
            raise ClusterError(
                "Each worker trains on one device, and this one sees several GPUs.",
                hint="start a process for each GPU, with CUDA_VISIBLE_DEVICES=0 and so on",
            )
        self._told = {
            dtype: tf.function(self._sum, input_signature=[tf.TensorSpec([None], dtype)], autograph=False)
            for dtype in (tf.float32, tf.int64)
        }

    @property
    def is_chief(self) -> bool:
        """Whether this process validates, decides and leaves the run."""
        return self.index == 0

    def summed(self, tensors: Sequence[tf.Tensor]) -> list[tf.Tensor]:
        """The sums over all workers, which are the same bits in each; all tensors are of one type.

        All workers have to call it the same number of times in the same order.
        """

        @tf.autograph.experimental.do_not_convert
        def of_this(*parts: tf.Tensor) -> list[tf.Tensor]:
            # A tensor that was made elsewhere has no device, by which TensorFlow sorts them.
            own = [tf.identity(part) for part in parts]
            context = tf.distribute.get_replica_context()
            return list(context.all_reduce(tf.distribute.ReduceOp.SUM, own))

        if not tensors:
            return []
        with self._strategy.scope():
            return list(self._strategy.run(of_this, args=tuple(tensors)))

    def summed_gradients(self, gradients: Sequence[tf.Tensor]) -> list[tf.Tensor]:
        """As `summed`, of float32 tensors, sent as `sent_as`."""
        sums = self.summed([tf.cast(gradient, self._sent_as) for gradient in gradients])
        return [tf.cast(total, tf.float32) for total in sums]

    def told(self, values: Sequence[int]) -> list[int]:
        """What the chief says; the others' values only have to be as many."""
        return [int(value) for value in self._of_chief(np.array(values, np.int64))]

    def share(self, variables: Sequence[tf.Variable]) -> None:
        """Give all workers the chief's values of variables; others than of float32 and int64 stay as they are."""
        for variable in variables:
            if variable.dtype in self._told:
                values = self._of_chief(variable.numpy().reshape(-1))
                variable.assign(values.reshape(variable.shape))

    def _sum(self, values: tf.Tensor) -> tf.Tensor:
        (total,) = self.summed([values])
        return total

    def _of_chief(self, own: np.ndarray) -> np.ndarray:
        """A vector of the chief's, of as many numbers as this worker's own."""
        tell, given = self._told[tf.as_dtype(own.dtype)], own if self.is_chief else np.zeros_like(own)
        parts = [given[start : start + _SENT_AT_ONCE] for start in range(0, len(own), _SENT_AT_ONCE)]
        return np.concatenate([tell(tf.constant(part)).numpy() for part in parts])


def _take_back_sigterm() -> None:
    """Let SIGTERM reach the program again: TensorFlow's servers take it for themselves, and nothing would end."""
    handler = signal.getsignal(signal.SIGTERM)
    if handler is not None and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, handler)


@contextlib.contextmanager
def lost_workers_told() -> Iterator[None]:
    """Raises LostWorkerError in place of what TensorFlow says where another worker is gone.

    KeyboardInterrupt, where this one was stopped in the same moment.
    """
    try:
        yield
    except _LOST as problem:
        raise LostWorkerError(
            "Another worker of this training is gone.",
            hint="start all workers again, with --resume auto: training goes on from the last checkpoint",
        ) from problem
    except RuntimeError as problem:
        # A signal that comes while TensorFlow raises one of these: pybind11 then raises neither.
        if f"REPLACED BY {KeyboardInterrupt.__name__}" in str(problem):
            raise KeyboardInterrupt from problem
        raise
