"""What is taken for what."""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, PowerNorm, to_rgba

from bert_tf.report.figures.drawing import LINE, TEXT, draw, short

# One hue that stands on white and on black alike, from nothing to so much that text on it is still read.
_HUE = "#3f8fe0"
_MOST = 0.6
_WITH_SHARES, _WITH_COUNTS = 12, 30  # classes up to which a cell has room for them


def confusion_matrix(counts: np.ndarray, label_names: Sequence[str], *, linked: bool = False) -> Markup:
    """Draw the matrix: coloured by the share of the true label's rows; with figures as far as they can be read.

    Args:
        counts: int [C, C]; rows are the true labels, columns the predicted ones.
        label_names: C names.
        linked: Whether a cell of mistakes leads to the page's list of them.
    """
    from sklearn.metrics import ConfusionMatrixDisplay

    classes = len(label_names)
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    colours = LinearSegmentedColormap.from_list("share", [to_rgba(_HUE, 0), to_rgba(_HUE, _MOST)])
    size = min(2.2 + 0.75 * classes, 7.5) if classes <= _WITH_SHARES else max(9.0, 0.15 * classes)
    text_size = 9 if classes <= _WITH_SHARES else 6.5

    def paint(axes: Axes) -> None:
        display = ConfusionMatrixDisplay(shares, display_labels=[short(name) for name in label_names])
        display.plot(
            ax=axes,
            include_values=classes <= _WITH_COUNTS,
            colorbar=False,
            xticks_rotation="vertical" if classes > 3 else "horizontal",
            # The square root shows a few rows in a hundred, too.
            im_kw={"cmap": colours, "norm": PowerNorm(0.5, 0, 1)},
            text_kw={"color": TEXT, "size": text_size},
        )
        _write_counts(display.text_, counts, shares, linked=linked)
        axes.grid(visible=False)
        axes.set_xticks(np.arange(classes + 1) - 0.5, minor=True)
        axes.set_yticks(np.arange(classes + 1) - 0.5, minor=True)
        axes.grid(which="minor", color=LINE, linewidth=0.6 if classes <= _WITH_COUNTS else 0.3)
        axes.tick_params(which="both", length=0, labelsize=9 if classes <= _WITH_COUNTS else 6.5)

    right = np.trace(counts)
    alternative = (
        f"Confusion matrix of {classes} labels: {right} of {counts.sum()} rows are on the diagonal. "
        "The table of confused labels says the same in words."
    )
    return draw("confusion", alternative, paint, width=size, height=size * 0.82)


def _write_counts(texts: np.ndarray | None, counts: np.ndarray, shares: np.ndarray, *, linked: bool) -> None:
    """Put the count, and the share where there is room, into each cell that has rows."""
    if texts is None:
        return
    for cell, text in np.ndenumerate(texts):
        share = f"\n{shares[cell]:.0%}" if len(counts) <= _WITH_SHARES else ""
        text.set_text(f"{counts[cell]}{share}" if counts[cell] else "")
        if linked and counts[cell] and cell[0] != cell[1]:
            text.set_url(f"#mistakes-{cell[0]}-{cell[1]}")


def most_confused(counts: np.ndarray, *, most: int = 20) -> list[tuple[int, int, int, float]]:
    """True label, predicted label, rows, and their share of the true label's rows, the most rows first.

    Args:
        counts: int [C, C]; rows are the true labels.
        most: How many at most.
    """
    wrong = counts - np.diag(np.diag(counts))
    order = np.argsort(-wrong, axis=None, kind="stable")[:most]
    pairs = zip(*np.unravel_index(order, wrong.shape), strict=True)
    return [
        (int(true), int(said), int(wrong[true, said]), float(wrong[true, said] / counts[true].sum()))
        for true, said in pairs
        if wrong[true, said]
    ]
