"""Scores of right answers beside those of the best wrong ones."""

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes

from bert_tf.report.figures.drawing import SERIES, draw

_MOST_BINS = 40
_QUANTILES = (5, 50, 95)


def match_scores(right: np.ndarray, wrong: np.ndarray) -> Markup:
    """Draw how the cosines of right texts and of the nearest wrong ones spread.

    Args:
        right: float [N], N ≥ 1.
        wrong: float [N].
    """
    ends = np.concatenate([right, wrong]).astype(np.float64)
    bins = np.linspace(ends.min(), max(ends.max(), ends.min() + 1e-6), min(_MOST_BINS, max(5, round(len(ends) ** 0.5))))

    def paint(axes: Axes) -> None:
        for values, colour, name in ((right, SERIES[0], "matching text"), (wrong, SERIES[1], "nearest wrong text")):
            axes.hist(values, bins=list(bins), color=colour, alpha=0.6, label=name)
        axes.set(xlabel="cosine with the row's text", ylabel="rows")
        axes.grid(axis="x", visible=False)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)

    said = "; ".join(
        f"{name}: 5% below {low:.2f}, half below {middle:.2f}, 95% below {high:.2f}"
        for name, (low, middle, high) in (
            ("matching texts", np.percentile(right, _QUANTILES)),
            ("nearest wrong texts", np.percentile(wrong, _QUANTILES)),
        )
    )
    return draw("match-scores", f"Histograms of cosines of {said}.", paint, width=5.6, height=3.6)
