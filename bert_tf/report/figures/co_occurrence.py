"""Which labels stand together on a text."""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, PowerNorm, to_rgba

from bert_tf.report.figures.drawing import LINE, SERIES, TEXT, draw, short

_MOST_LABELS = 30
_WITH_SHARES = 12  # labels up to which a cell has room for its share
_MOST = 0.6  # of the hue


def co_occurrence_counts(labels: np.ndarray) -> np.ndarray:
    """In how many rows two labels stand together, int64 [C, C]; on the diagonal, how many have the label.

    Args:
        labels: Whether a row has a label, bool [N, C].
    """
    counts = labels.astype(np.int64)
    return counts.T @ counts


def labels_to_show(labels: np.ndarray) -> np.ndarray:
    """Ids of the labels that the matrix shows, in their order: those that most rows have, 30 at most; int64 [≤ 30]."""
    counts = labels.sum(0)
    most = np.argsort(-counts, kind="stable")[: min(_MOST_LABELS, np.count_nonzero(counts))]
    return np.sort(most)


def co_occurrence(labels: np.ndarray, label_names: Sequence[str]) -> Markup:
    """Draw for each label, in a line, the share of its rows that have each other label.

    Args:
        labels: Whether a row has a label, bool [N, C]; some row has one.
        label_names: C names.
    """
    drawn = labels_to_show(labels)
    counts = co_occurrence_counts(labels[:, drawn])
    shares = counts / np.diag(counts)[:, np.newaxis]
    np.fill_diagonal(shares, np.nan)
    size = min(2.2 + 0.75 * len(drawn), 7.5) if len(drawn) <= _WITH_SHARES else 9.0
    names = [short(label_names[label]) for label in drawn]

    def paint(axes: Axes) -> None:
        hue = LinearSegmentedColormap.from_list("share", [to_rgba(SERIES[0], 0), to_rgba(SERIES[0], _MOST)])
        # The square root shows a few rows in a hundred, too.
        axes.imshow(np.ma.masked_invalid(shares), cmap=hue, norm=PowerNorm(0.5, 0, 1))
        for (line, column), share in np.ndenumerate(shares):
            if share > 0:
                text = f"{share:.0%}" if len(drawn) <= _WITH_SHARES else f"{100 * share:.0f}"
                axes.text(column, line, text, ha="center", va="center", color=TEXT, size=9 if len(drawn) <= 12 else 6.5)
        axes.set_xticks(range(len(drawn)), names, rotation="vertical" if len(drawn) > 3 else "horizontal")
        axes.set_yticks(range(len(drawn)), names)
        axes.set(xlabel="also has", ylabel="rows with")
        axes.grid(visible=False)
        axes.set_xticks(np.arange(len(drawn) + 1) - 0.5, minor=True)
        axes.set_yticks(np.arange(len(drawn) + 1) - 0.5, minor=True)
        axes.grid(which="minor", color=LINE, linewidth=0.6)
        axes.tick_params(which="both", length=0, labelsize=9)

    alternative = (
        f"Of {len(drawn)} of {labels.shape[1]} labels: the share of a label's rows that have another label too. The "
        "table beside it has the largest as text."
    )
    return draw("co-occurrence", alternative, paint, width=size, height=size * 0.82)


def commonest_pairs(counts: np.ndarray, *, most: int = 20) -> list[tuple[int, int, int]]:
    """Pairs of labels and their rows, the most rows first; of each pair the smaller id comes first.

    Args:
        counts: int [C, C], symmetric.
        most: How many at most.
    """
    upper = np.triu(counts, 1)
    order = np.argsort(-upper, axis=None, kind="stable")[:most]
    pairs = zip(*np.unravel_index(order, upper.shape), strict=True)
    return [(int(one), int(other), int(upper[one, other])) for one, other in pairs if upper[one, other]]
