"""An exported model in memory, loaded and run as TensorFlow Serving does: through a session.

`tf.saved_model.load` makes Python objects of all functions, which keep further copies of the weights in the graph.
"""

import contextlib
import logging
import pathlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import tensorflow as tf
import tensorflow_text  # noqa: F401 - its import registers the ops that the graph names
from tensorflow.core.protobuf import meta_graph_pb2

SignatureDef: TypeAlias = meta_graph_pb2.SignatureDef
Arrays = dict[str, np.ndarray]

# What tf.saved_model.save adds for its own use.
_INTERNAL_SIGNATURE = "__saved_model_init_op"


class SessionModel:
    """One loaded version.

    Args:
        folder: With saved_model.pb.

    Attributes:
        signatures: By name.

    Raises:
        tf.errors.OpError, OSError, RuntimeError: it can't be loaded.
    """

    def __init__(self, folder: pathlib.Path) -> None:
        self._session = tf.compat.v1.Session(graph=tf.Graph())
        try:
            with self._session.graph.as_default(), _without_deprecation():
                meta = tf.compat.v1.saved_model.load(self._session, ["serve"], str(folder))
            # Copies: a part of a message keeps the whole of it in memory, here with the weights.
            self.signatures: dict[str, SignatureDef] = {
                name: SignatureDef.FromString(signature.SerializeToString())
                for name, signature in meta.signature_def.items()
                if name != _INTERNAL_SIGNATURE
            }
            self._functions = {name: self._function(signature) for name, signature in self.signatures.items()}
        except BaseException:
            self._session.close()
            raise

    def _function(self, signature: SignatureDef) -> Callable[..., Sequence[Any]]:
        return self._session.make_callable(
            [signature.outputs[name].name for name in sorted(signature.outputs)],
            feed_list=[signature.inputs[name].name for name in sorted(signature.inputs)],
        )

    def run(self, signature_name: str, inputs: Mapping[str, np.ndarray]) -> Arrays:
        """The outputs by name; may be called from any thread.

        Args:
            signature_name: One of `signatures`.
            inputs: All that it has; strings as bytes or str in arrays of objects.

        Raises:
            tf.errors.OpError, TypeError, ValueError: inputs that the graph can't take.
        """
        names = sorted(self.signatures[signature_name].outputs)
        values = self._functions[signature_name](*(inputs[name] for name in sorted(inputs)))
        return dict(zip(names, map(np.asarray, values), strict=True))

    def close(self) -> None:
        """Give the memory back."""
        self._functions.clear()
        self._session.close()


@contextlib.contextmanager
def _without_deprecation() -> Iterator[None]:
    """TensorFlow recommends `tf.saved_model.load` to everybody who loads as TensorFlow Serving does."""

    def is_other(record: logging.LogRecord) -> bool:
        return "is deprecated" not in record.getMessage()

    log = logging.getLogger("tensorflow")
    log.addFilter(is_other)
    try:
        yield
    finally:
        log.removeFilter(is_other)
