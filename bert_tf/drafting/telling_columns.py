"""Columns that tell how rows are meant, and that no recipe uses: what their owner should know."""

from collections.abc import Mapping, Sequence

from bert_tf.data.survey import Column
from bert_tf.errors import DataError

_SPLIT_NAMES = ("split", "set", "fold", "subset", "partition", "dataset_split", "data_split")
_SPLITS = ("train", "training", "validation", "valid", "val", "dev", "development", "test", "testing", "eval")
_ANSWERS = ("accept", "reject", "ignore")  # of Prodigy
_LABEL_STUDIO = {"data", "annotations"}


def is_split(column: Column) -> bool:
    """Whether a column says which rows are for training and which for tests."""
    values = {value.strip().lower() for value in column.values}
    return column.name.strip().lower() in _SPLIT_NAMES and len(values) > 1 and values <= set(_SPLITS)


def telling_notes(columns: Mapping[str, Column], unused: Sequence[str]) -> list[str]:
    """A sentence for each of the columns that are not used.

    Args:
        columns: By name.
        unused: Names.
    """
    notes = []
    for name in unused:
        column = columns[name]
        shown = ", ".join(f"{value} {rows:,}" for value, rows in column.values.most_common())
        if is_split(column):
            notes.append(
                f"{name!r} says which split a row is in ({shown}), but no recipe reads that: write a file for each "
                "split, and add --validation and --test"
            )
        elif name == "answer" and len(column.values) > 1 and set(column.values) <= set(_ANSWERS):
            notes.append(
                f"{name!r} has what annotators said of a row ({shown}), which only the task tag reads: remove rows "
                "that were rejected or ignored, unless their labels are right"
            )
    return notes


def whole_export(columns: Sequence[Column], *, file: str) -> DataError | None:
    """The refusal of an export of Label Studio in which only marks could be read, and there are none."""
    if not {column.name for column in columns} >= _LABEL_STUDIO:
        return None
    return DataError(
        f"{file} is a whole export of Label Studio, of which entities can be read, but no other labels.",
        where=file,
        hint="export as JSON-MIN or CSV, where each label is a column",
    )
