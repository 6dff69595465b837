"""How often a run takes negative texts for others and others for negative ones, on rows that it was not trained on."""

import pathlib
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from bert_tf.detection.confusion import ConfusionMatrix
from bert_tf.errors import BertTfError
from bert_tf.monitoring.outcomes import NumberOutcomes, Outcomes
from bert_tf.runs.run import RunFolder
from bert_tf.runs.run_metrics import measured_split
from bert_tf.workflow.source import Source

NEGATIVE, OTHERS = "negative", "other"


def errors_of(source: Source, outcomes: Outcomes, *, head: str | None = None) -> ConfusionMatrix | None:
    """The confusion matrix of "negative" and "other" on the run's test rows, or else its validation rows.

    None where it isn't known: an exported model doesn't bring it, and a run may not have been measured, or not with
    enough rows.

    Args:
        source: Run or model.
        outcomes: What its answers are counted as.
        head: Name of the head that is monitored, of a model with several.
    """
    if source.kind != "run":
        return None
    run = RunFolder(source.path)
    try:
        metrics = run.metrics
        split = measured_split(metrics) or ""
        if isinstance(outcomes, NumberOutcomes):
            counts = numbers_below(run.measured_predictions(split), outcomes.cut, head)
        else:
            counts = _merged((metrics[split] if head is None else metrics[split][head])["confusion_matrix"], outcomes)
        return ConfusionMatrix((NEGATIVE, OTHERS), tuple(tuple(row) for row in counts.tolist()))
    except (BertTfError, KeyError, OSError, pa.ArrowException):
        return None


def _merged(matrix: Sequence[Sequence[int]], outcomes: Outcomes) -> np.ndarray:
    """Rows are labels, columns are answers: int64 [2, 2]."""
    is_other = np.array([name not in outcomes.negative for name in outcomes.names]).astype(int)
    merged = np.zeros((2, 2), int)
    np.add.at(merged, (is_other[:, np.newaxis], is_other), np.array(matrix))
    return merged


def numbers_below(path: pathlib.Path, cut: float, head: str | None) -> np.ndarray:
    """The confusion matrix of numbers, of which those below a cut are negative: rows are labels, int64 [2, 2].

    Args:
        path: Predictions of a split; rows without a label are left out.
        cut: In the unit of the label.
        head: Of a model with several, or None.
    """
    columns = [name if head is None else f"{head}.{name}" for name in ("label", "predicted")]
    table = parquet.read_table(path, columns=columns).drop_null()
    label, predicted = ((table[name].to_numpy() >= cut).astype(int) for name in columns)
    merged = np.zeros((2, 2), int)
    np.add.at(merged, (label, predicted), 1)
    return merged
