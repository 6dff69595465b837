"""Precision and recall of each class, for TensorBoard's PR curves."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf
from tensorboard.plugins.pr_curve import summary

from bert_tf.training.tensorboard.plain import one_line

_THRESHOLDS = 101
_CURVES = 100


def write_pr_curves(
    writer: tf.summary.SummaryWriter,
    expected: np.ndarray,
    probabilities: np.ndarray,
    *,
    label_names: Sequence[str],
    step: int,
) -> None:
    """A curve for each class against all others, `pr_curve/<label>`; of many classes, for the most frequent.

    Args:
        writer: Of the validation rows.
        expected: Whether a row has a label, bool [N, C].
        probabilities: float [N, C]; what is not a number counts as 0.
        label_names: C names.
        step: The epoch.
    """
    probabilities = np.nan_to_num(probabilities).clip(0, 1)
    counts = expected.sum(0)
    with writer.as_default(step=step):
        for label in np.argsort(-counts, kind="stable")[:_CURVES]:
            curve = summary.pb(
                f"pr_curve/{one_line(label_names[label])}",
                labels=expected[:, label],
                predictions=probabilities[:, label],
                num_thresholds=_THRESHOLDS,
                display_name=one_line(label_names[label]),
                description="Precision against recall for this class versus the rest, by probability threshold.",
            )
            tf.summary.experimental.write_raw_pb(curve.SerializeToString())
