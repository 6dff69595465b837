"""Numbers that were predicted, against those that were expected."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes

from bert_tf.report.figures.drawing import MUTED, SERIES, draw

MOST_POINTS = 1_000  # that a page has room for


def points_to_draw(rows: int) -> np.ndarray:
    """Indices of the rows that are drawn as points, int [≤ 1,000]: all, or a thousand at random, the same each time."""
    if rows <= MOST_POINTS:
        return np.arange(rows)
    return np.sort(np.random.default_rng(0).choice(rows, MOST_POINTS, replace=False))


def predicted_against_expected(expected: np.ndarray, values: np.ndarray, *, unlearned: float) -> Markup:
    """Draw a point for each row, the line on which answers are right, and what a model that learnt nothing says.

    Args:
        expected: float [N], N ≥ 1.
        values: What was predicted, float [N].
        unlearned: The mean of the training labels.
    """
    drawn = points_to_draw(len(expected))
    ends = np.concatenate([expected, values])
    low, high = float(ends.min()), float(ends.max())

    def paint(axes: Axes) -> None:
        opacity = 0.7 if len(drawn) < 200 else 0.35
        axes.scatter(expected[drawn], values[drawn], s=10, color=SERIES[0], alpha=opacity, linewidths=0)
        axes.plot([low, high], [low, high], color=MUTED, linewidth=1.2, label="predicted = expected")
        axes.axhline(unlearned, color=SERIES[1], linestyle=":", linewidth=1.2, label="mean of the training labels")
        axes.set(xlabel="expected", ylabel="predicted")
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1))

    correlation = float(np.corrcoef(expected, values)[0, 1]) if np.ptp(expected) and np.ptp(values) else 0.0
    alternative = (
        f"Predicted against expected numbers of {len(drawn):,} of {len(expected):,} rows: expected from "
        f"{expected.min():.4g} to {expected.max():.4g}, predicted from {values.min():.4g} to {values.max():.4g}, "
        f"correlation {correlation:.2f}."
    )
    return draw("predicted-expected", alternative, paint, width=4.8, height=4.2)


def errors_by_size(groups: Sequence[Mapping[str, Any]]) -> Markup:
    """Draw the mean absolute error of labels of like size, and whether they are predicted too large or too small.

    Args:
        groups: The least labels first, at least one: `from`, `to` and `rows`, `mae`, and `bias`, the mean of predicted
            less expected.
    """
    names = [f"{group['from']:.3g} to {group['to']:.3g}" for group in groups]

    def paint(axes: Axes) -> None:
        places = np.arange(len(groups))
        axes.bar(places - 0.2, [group["mae"] for group in groups], 0.4, color=SERIES[0], label="mean absolute error")
        axes.bar(places + 0.2, [group["bias"] for group in groups], 0.4, color=SERIES[1], label="bias")
        axes.axhline(0, color=MUTED, linewidth=0.8)
        ticks = [f"{name}\n{group['rows']}" for name, group in zip(names, groups, strict=True)]
        axes.set_xticks(places, ticks, size=7.5)
        axes.set(xlabel="expected, and number of texts")
        axes.grid(axis="x", visible=False)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)

    said = "; ".join(
        f"{name}: {group['mae']:.3g}, bias {group['bias']:+.3g}" for name, group in zip(names, groups, strict=True)
    )
    return draw(
        "errors-by-size", f"Mean absolute error and bias by expected number: {said}.", paint, width=5.6, height=3.6
    )


def error_histogram(errors: np.ndarray) -> Markup:
    """Draw how many rows are off by how much; `errors` are predicted minus expected, float [N], N ≥ 1."""

    def paint(axes: Axes) -> None:
        axes.hist(errors, bins=min(60, max(5, round(2 * len(errors) ** (1 / 3)))), color=SERIES[0])
        axes.axvline(0, color=MUTED, linewidth=1.2)
        axes.set(xlabel="predicted minus expected", ylabel="texts")
        axes.grid(axis="x", visible=False)

    low, middle, high = np.percentile(errors, [5, 50, 95])
    alternative = (
        f"Histogram of predicted minus expected: 5% of the rows are below {low:.3g}, half below {middle:.3g}, 95% "
        f"below {high:.3g}."
    )
    return draw("error-histogram", alternative, paint, width=4.8, height=3.4)
