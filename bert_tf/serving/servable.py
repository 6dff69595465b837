"""A version of a model in memory, loaded and run as TensorFlow Serving does: through a session."""

import asyncio
import contextlib
import pathlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import tensorflow as tf
import tensorflow_text  # noqa: F401 - its import registers the ops that the graph names
from tensorflow.core.protobuf import meta_graph_pb2

from bert_tf.serving.status import StatusError, code_of, invalid
from bert_tf.serving.tensors import Arrays

SignatureDef: TypeAlias = meta_graph_pb2.SignatureDef

# What tf.saved_model.save adds for its own use.
_INTERNAL_SIGNATURE = "__saved_model_init_op"
# What TensorFlow's Python says before what its runtime says.
_PYTHONS_PREFIX = "Graph execution error:\n\n"


class Servable:
    """One loaded version.

    Args:
        folder: With saved_model.pb.

    Attributes:
        number: Of the version: the folder's name.
        signatures: By name.

    Raises:
        tf.errors.OpError, OSError, RuntimeError: it can't be loaded.
    """

    def __init__(self, folder: pathlib.Path) -> None:
        self.number = int(folder.name)
        self._session = tf.compat.v1.Session(graph=tf.Graph())
        try:
            with self._session.graph.as_default():
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
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def _function(self, signature: SignatureDef) -> Callable[..., Sequence[Any]]:
        return self._session.make_callable(
            [signature.outputs[name].name for name in sorted(signature.outputs)],
            feed_list=[signature.inputs[name].name for name in sorted(signature.inputs)],
        )

    def run(self, signature_name: str, inputs: Mapping[str, np.ndarray]) -> Arrays:
        """The outputs by name; may be called from any thread.

        Args:
            signature_name: One of `signatures`.
            inputs: Checked against it.

        Raises:
            StatusError: what TensorFlow says of the inputs.
        """
        names = sorted(self.signatures[signature_name].outputs)
        try:
            values = self._functions[signature_name](*(inputs[name] for name in sorted(inputs)))
        except tf.errors.OpError as problem:
            message = problem.message.removeprefix(_PYTHONS_PREFIX)
            raise StatusError(code_of(problem.error_code), message) from problem
        except (TypeError, ValueError) as problem:
            raise invalid(str(problem)) from problem
        return dict(zip(names, map(np.asarray, values), strict=True))

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """Keeps the version in memory inside the block; for the thread of the event loop."""
        self._under_way += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    async def drain(self) -> None:
        """Wait until nobody uses it."""
        await self._idle.wait()

    def close(self) -> None:
        """Give the memory back."""
        self._functions.clear()
        self._session.close()
