"""How often a run takes negative texts for others and others for negative ones, on rows that it was not trained on."""

from collections.abc import Collection, Sequence

import numpy as np

from bert_tf.detection.confusion import ConfusionMatrix
from bert_tf.errors import BertTfError
from bert_tf.runs.run import RunFolder
from bert_tf.runs.run_metrics import measured_split
from bert_tf.workflow.source import Source

NEGATIVE, OTHERS = "negative", "other"


def errors_of(source: Source, labels: Sequence[str], negative: Collection[str]) -> ConfusionMatrix | None:
    """The confusion matrix of "negative" and "other" on the run's test rows, or else its validation rows.

    None where it isn't known: an exported model doesn't bring it, and a run may not have been measured, or not with
    enough rows.

    Args:
        source: Run or model.
        labels: All of the model, in their order.
        negative: Those that are negative.
    """
    if source.kind != "run":
        return None
    try:
        metrics = RunFolder(source.path).metrics
        counts = np.array(metrics[measured_split(metrics) or ""]["confusion_matrix"])
        is_other = np.array([label not in negative for label in labels]).astype(int)
        merged = np.zeros((2, 2), int)
        np.add.at(merged, (is_other[:, np.newaxis], is_other), counts)
        return ConfusionMatrix((NEGATIVE, OTHERS), tuple(tuple(row) for row in merged.tolist()))
    except (BertTfError, KeyError):
        return None
