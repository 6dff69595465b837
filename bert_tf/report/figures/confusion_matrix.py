"""Which labels are confused with which."""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, PowerNorm, to_rgba

from bert_tf.plurals import counted
from bert_tf.report.figures.drawing import LINE, TEXT, draw, short

# Hues that stand on white and on black alike, from nothing to so much that text on it is still read.
_RIGHT, _WRONG = "#3f8fe0", "#e0762f"
_MOST = 0.6
_WITH_SHARES = 12  # labels up to which a cell has room for the share
MOST_LABELS = 30  # up to which a cell has room for the count


def labels_to_draw(counts: np.ndarray) -> np.ndarray:
    """Ids of the labels that the matrix shows, in their order: all up to 30, else those with the most errors.

    Args:
        counts: int [C, C]; rows are the expected labels, columns the predicted ones.

    Returns:
        int [≤ 30]: at least two, and beyond two only labels that some row is wrongly predicted as or has.
    """
    if len(counts) <= MOST_LABELS:
        return np.arange(len(counts))
    wrong = counts - np.diag(np.diag(counts))
    errors = wrong.sum(0) + wrong.sum(1)
    most = np.clip(np.count_nonzero(errors), 2, MOST_LABELS)
    return np.sort(np.argsort(-errors, kind="stable")[:most])


def confusion_matrix(counts: np.ndarray, label_names: Sequence[str], *, linked: bool = False) -> Markup:
    """Draw the matrix, coloured by the share of the expected label's rows: one hue for right, another for wrong.

    Args:
        counts: int [C, C]; rows are the expected labels, columns the predicted ones.
        label_names: C names.
        linked: Whether a cell of mistakes leads to the page's list of them.
    """
    from sklearn.metrics import ConfusionMatrixDisplay

    drawn = labels_to_draw(counts)
    part = np.ix_(drawn, drawn)
    shares = (counts / np.maximum(counts.sum(1, keepdims=True), 1))[part]
    size = min(2.2 + 0.75 * len(drawn), 7.5) if len(drawn) <= _WITH_SHARES else 9.0
    text_size, label_size = (9, 9) if len(drawn) <= _WITH_SHARES else (6.5, 9)

    def paint(axes: Axes) -> None:
        display = ConfusionMatrixDisplay(shares, display_labels=[short(label_names[label]) for label in drawn])
        display.plot(
            ax=axes,
            colorbar=False,
            xticks_rotation="vertical" if len(drawn) > 3 else "horizontal",
            # The square root shows a few rows in a hundred, too.
            im_kw={"cmap": _colours(_RIGHT), "norm": PowerNorm(0.5, 0, 1)},
            text_kw={"color": TEXT, "size": text_size},
        )
        is_right = np.eye(len(drawn), dtype=bool)
        display.im_.set_data(np.ma.masked_array(shares, ~is_right))
        axes.imshow(np.ma.masked_array(shares, is_right), cmap=_colours(_WRONG), norm=PowerNorm(0.5, 0, 1))
        _write_counts(display.text_, counts[part], shares, labels=drawn, linked=linked)
        axes.set(xlabel="predicted", ylabel="expected")
        axes.grid(visible=False)
        axes.set_xticks(np.arange(len(drawn) + 1) - 0.5, minor=True)
        axes.set_yticks(np.arange(len(drawn) + 1) - 0.5, minor=True)
        axes.grid(which="minor", color=LINE, linewidth=0.6)
        axes.tick_params(which="both", length=0, labelsize=label_size)

    alternative = (
        f"Confusion matrix of {len(drawn)} of {len(counts)} labels, with {np.trace(counts)} of "
        f"{counted(counts.sum(), 'row')} on the diagonal. The table of the most confused labels has the largest cells "
        "as text."
    )
    return draw("confusion", alternative, paint, width=size, height=size * 0.82)


def _colours(hue: str) -> LinearSegmentedColormap:
    return LinearSegmentedColormap.from_list("share", [to_rgba(hue, 0), to_rgba(hue, _MOST)])


def _write_counts(
    texts: np.ndarray, counts: np.ndarray, shares: np.ndarray, *, labels: np.ndarray, linked: bool
) -> None:
    """Put the count, and the share where there is room, into each cell that has rows."""
    for cell, text in np.ndenumerate(texts):
        share = f"\n{shares[cell]:.0%}" if len(counts) <= _WITH_SHARES else ""
        text.set_text(f"{counts[cell]}{share}" if counts[cell] else "")
        if linked and counts[cell] and cell[0] != cell[1]:
            text.set_url(f"#mistakes-{labels[cell[0]]}-{labels[cell[1]]}")


def most_confused(counts: np.ndarray, *, most: int = 20) -> list[tuple[int, int, int, float]]:
    """Expected label, predicted label, rows, and their share of the expected label's rows, the most rows first.

    Args:
        counts: int [C, C]; rows are the expected labels.
        most: How many at most.
    """
    wrong = counts - np.diag(np.diag(counts))
    order = np.argsort(-wrong, axis=None, kind="stable")[:most]
    pairs = zip(*np.unravel_index(order, wrong.shape), strict=True)
    return [
        (int(expected), int(predicted), int(wrong[expected, predicted]), float(rows))
        for expected, predicted in pairs
        if (rows := wrong[expected, predicted] / max(counts[expected].sum(), 1))
    ]
