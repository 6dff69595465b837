"""Precision against recall for each label, one against the rest."""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes

from bert_tf.evaluation.average_precision import average_precisions
from bert_tf.report.figures.drawing import SERIES, draw, short
from bert_tf.scores import score_text


def precision_recall_curves(expected: np.ndarray, probabilities: np.ndarray, label_names: Sequence[str]) -> Markup:
    """Draw a curve for each label, or for the eight of lowest average precision where there are more.

    Args:
        expected: Whether a row has a label, bool [N, C], N ≥ 1.
        probabilities: float [N, C].
        label_names: C names.
    """
    from sklearn.metrics import PrecisionRecallDisplay

    scores = average_precisions(expected, probabilities)
    worst = [int(k) for k in np.argsort(scores, kind="stable") if not np.isnan(scores[k])][: len(SERIES)]

    def paint(axes: Axes) -> None:
        for k, colour in zip(worst, SERIES, strict=False):
            PrecisionRecallDisplay.from_predictions(
                expected[:, k],
                probabilities[:, k],
                ax=axes,
                drop_intermediate=True,
                curve_kwargs={"color": colour},
            )
            axes.lines[-1].set_label(f"{short(label_names[k])}: AP {score_text(scores[k])}")
        axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1.02), ylim=(0, 1.02), aspect="auto")
        axes.legend(loc="lower left", fontsize=8.5)

    named = ", ".join(f"{label_names[k]} {score_text(scores[k])}" for k in worst)
    alternative = f"Precision against recall. Average precision, lowest first: {named}."
    return draw("precision-recall", alternative, paint, width=4.8, height=4.0)
