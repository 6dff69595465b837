"""What a run holds as pandas frames, for notebooks."""

import pathlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bert_tf.errors import MachineError
from bert_tf.evaluation.predictions import check_predictions

if TYPE_CHECKING:
    import pandas as pd


def predictions_frame(path: pathlib.Path) -> "pd.DataFrame":
    """The columns of a run's `predictions/<split>.parquet`, a row for each text.

    Raises:
        RunError: the file is missing or damaged. MachineError: pandas is not installed.
    """
    pandas = _pandas()
    check_predictions(path)
    return pandas.read_parquet(path)


def epochs_frame(epochs: Sequence[Mapping[str, float]]) -> "pd.DataFrame":
    """The figures of each epoch, such as `loss` and `val_macro_f1`; `epoch` is the index, from 1.

    Raises:
        MachineError: pandas is not installed.
    """
    pandas = _pandas()
    return pandas.DataFrame(list(epochs), index=pandas.RangeIndex(1, len(epochs) + 1, name="epoch"))


def _pandas():  # type: ignore[no-untyped-def]
    try:
        import pandas
    except ImportError as problem:
        raise MachineError("pandas is not installed.", hint="pip install pandas") from problem
    return pandas
