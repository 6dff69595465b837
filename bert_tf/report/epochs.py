"""The epochs of a run that has no metrics yet, from its event files."""

import logging
import pathlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

_LOG = logging.getLogger(__name__)


def epochs_from_events(folder: pathlib.Path) -> list[dict[str, float]]:
    """What metrics.json would say of each finished epoch: `loss`, what is followed, and `val_…` of validation rows.

    Args:
        folder: The run's `tensorboard/`; needs not be there. What stands behind damage in a file is not read, and the
            log is told.
    """
    train, validation = (_by_epoch(folder / part) for part in ("train", "validation"))
    return [
        {**train[step], **{f"val_{name}": value for name, value in validation.get(step, {}).items()}}
        for step in sorted(train)
    ]


def _by_epoch(folder: pathlib.Path) -> dict[int, dict[str, float]]:
    """Values by name by epoch, from 1."""
    from tensorboard.util.tensor_util import make_ndarray

    found: dict[int, dict[str, float]] = {}
    if not folder.is_dir():
        return found
    for file in sorted(folder.glob("events.*")):
        _tell_of_damage(file)
    accumulator = _accumulated(folder)
    for tag in accumulator.Tags()["tensors"]:
        if tag.startswith("epoch_"):
            for event in accumulator.Tensors(tag):
                value = make_ndarray(event.tensor_proto)
                if not value.shape:
                    found.setdefault(event.step, {})[tag.removeprefix("epoch_")] = float(value)
    return found


def values_by_step(folder: pathlib.Path, tag: str) -> list[tuple[int, float]]:
    """Steps and values of a scalar in a folder of event files, in the order in which TensorBoard shows them."""
    from tensorboard.util.tensor_util import make_ndarray

    accumulator = _accumulated(folder)
    if tag not in accumulator.Tags()["tensors"]:
        return []
    return [(event.step, float(make_ndarray(event.tensor_proto))) for event in accumulator.Tensors(tag)]


def _accumulated(folder: pathlib.Path) -> "EventAccumulator":
    # TensorFlow, which only a run without metrics needs here.
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    accumulator = EventAccumulator(str(folder), size_guidance={"tensors": 0, "images": 1, "graph": 1})
    accumulator.Reload()
    return accumulator


def _tell_of_damage(file: pathlib.Path) -> None:
    """Each record has a checksum; TensorBoard's reader stops at one that is wrong as if it were the end."""
    import tensorflow as tf

    try:
        for _ in tf.data.TFRecordDataset(str(file)):
            pass
    except tf.errors.OpError as problem:
        _LOG.warning("What stands behind damage in the curves is not shown: %s: %s", file, problem.message)
