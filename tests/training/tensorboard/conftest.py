"""Event files, read by TensorBoard's own reader."""

import pathlib
from collections.abc import Callable

import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from bert_tf.training.tensorboard.event_writers import Writers, open_writers


@pytest.fixture(scope="session")
def read_events() -> Callable[[pathlib.Path], EventAccumulator]:
    """Everything in a folder's event files."""

    def read(folder: pathlib.Path) -> EventAccumulator:
        events = EventAccumulator(str(folder), size_guidance={"tensors": 0})
        events.Reload()
        return events

    return read


@pytest.fixture(scope="session")
def scalars(read_events: Callable) -> Callable[[pathlib.Path], dict[str, list[tuple[int, float]]]]:
    """(step, value) of each tag in a folder's event files."""

    def read(folder: pathlib.Path) -> dict[str, list[tuple[int, float]]]:
        events = read_events(folder)
        return {
            tag: [(event.step, float(tf.make_ndarray(event.tensor_proto))) for event in events.Tensors(tag)]
            for tag in events.PluginTagToContent("scalars")
        }

    return read


@pytest.fixture
def write(tmp_path: pathlib.Path) -> Callable[..., None]:
    """Call a function with writers on an empty folder, and close them."""

    def call(function: Callable[[Writers], None]) -> None:
        with open_writers(tmp_path) as writers:
            function(writers)

    return call
