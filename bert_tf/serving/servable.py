"""A version of a model that answers requests: who uses it, and what TensorFlow says, as a status."""

import asyncio
import contextlib
import pathlib
from collections.abc import Iterator, Mapping

import numpy as np
import tensorflow as tf

from bert_tf.export.session_model import SessionModel
from bert_tf.serving.status import StatusError, code_of, invalid
from bert_tf.serving.tensors import Arrays

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
        self._model = SessionModel(folder)
        self.signatures = self._model.signatures
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def run(self, signature_name: str, inputs: Mapping[str, np.ndarray]) -> Arrays:
        """The outputs by name; may be called from any thread.

        Args:
            signature_name: One of `signatures`.
            inputs: Checked against it.

        Raises:
            StatusError: what TensorFlow says of the inputs.
        """
        try:
            return self._model.run(signature_name, inputs)
        except tf.errors.OpError as problem:
            message = problem.message.removeprefix(_PYTHONS_PREFIX)
            raise StatusError(code_of(problem.error_code), message) from problem
        except (TypeError, ValueError) as problem:
            raise invalid(str(problem)) from problem

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
        self._model.close()
