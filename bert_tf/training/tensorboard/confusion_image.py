"""The confusion matrix as an image for TensorBoard; matplotlib draws it, without a window and without global state."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import tensorflow as tf

from bert_tf.training.tensorboard.plain import one_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DPI = 100
_LABEL_CHARACTERS = 24
_FEW = 10  # classes: more room for each
# Inches: of all cells together, and of a cell that just has room for its count.
_SIDE, _LONGEST_SIDE, _LARGEST_CELL, _CELL_WITH_COUNT = 4.0, 30.0, 0.6, 0.27
_RIGHT, _WRONG = "Blues", "Oranges"  # matplotlib's, from nothing to the whole row
# For labels that matplotlib's own font has no glyphs for; the first that is installed is taken.
_FONTS_OF_OTHER_SCRIPTS = ("Noto Sans CJK SC", "Noto Sans CJK JP", "WenQuanYi Micro Hei", "Arial Unicode MS")


def write_confusion(
    writer: tf.summary.SummaryWriter,
    labels: np.ndarray,
    predicted: np.ndarray,
    *,
    label_names: Sequence[str],
    step: int,
) -> None:
    """The image of one epoch, tagged `confusion_matrix`.

    Args:
        writer: Of the validation rows.
        labels: Label ids, int [N].
        predicted: Label ids, int [N].
        label_names: Of all classes.
        step: The epoch.
    """
    classes = len(label_names)
    matrix = np.bincount(labels * classes + predicted, minlength=classes**2).reshape(classes, classes)
    with writer.as_default(step=step):
        tf.summary.image(
            "confusion_matrix",
            draw_confusion(matrix, label_names=label_names)[None],
            description="Validation rows by true label (rows) and predicted label (columns): correct in blue, wrong in "
            "orange; shade shows the share of the row.",
        )


def draw_confusion(matrix: np.ndarray, *, label_names: Sequence[str]) -> np.ndarray:
    """An image, uint8 [height, width, 3].

    Args:
        matrix: Counts, rows by true label and columns by answer, int [C, C].
        label_names: C names.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    classes = len(label_names)
    side = min(max(_SIDE, _CELL_WITH_COUNT * classes), _LARGEST_CELL * classes, _LONGEST_SIDE)
    figure = Figure(figsize=(side + 1.6, side + 1.6), dpi=_DPI, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    axes = figure.subplots()
    shares = matrix / np.maximum(matrix.sum(1, keepdims=True), 1)
    edges = np.arange(classes + 1) - 0.5
    # Not an image, of which every pixel is computed in numbers of 64 bits: of 77 classes that took 150 MiB.
    axes.pcolormesh(edges, edges, _colours(shares), antialiased=False)
    axes.set(aspect="equal", xlim=edges[[0, -1]], ylim=edges[[-1, 0]])
    axes.set(xlabel="predicted label", ylabel="true label", xticks=[], yticks=[])
    axes.set_title(f"{int(matrix.trace())} of {int(matrix.sum())} correct", fontsize=9)
    if _CELL_WITH_COUNT * classes <= _LONGEST_SIDE:
        _name(axes, label_names)
        _count(axes, matrix, shares)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def _colours(shares: np.ndarray) -> np.ndarray:
    """Of each cell, uint8 [C, C, 4]."""
    from matplotlib import colormaps

    right, wrong = (colormaps[name](shares, bytes=True) for name in (_RIGHT, _WRONG))
    return np.where(np.eye(len(shares), dtype=bool)[..., np.newaxis], right, wrong)


def _name(axes: "Axes", names: Sequence[str]) -> None:
    """Names of the classes, and lines between the cells that lead the eye to them."""
    fonts = _fonts()
    classes, size = len(names), 8 if len(names) <= _FEW else 7
    shown = [_drawable(name, f"label {index}", fonts=fonts) for index, name in enumerate(names)]
    axes.set_xticks(range(classes), shown, rotation=90 if classes > 3 else 0, fontsize=size, fontfamily=fonts)
    axes.set_yticks(range(classes), shown, fontsize=size, fontfamily=fonts)
    edges = np.arange(classes + 1) - 0.5
    # Not a grid of ticks, which are several artists each: of 77 classes that took a third of the time.
    for lines in (axes.hlines, axes.vlines):
        lines(edges, edges[0], edges[-1], color="#d0d7de", linewidth=0.5).set_in_layout(False)


def _count(axes: "Axes", matrix: np.ndarray, shares: np.ndarray) -> None:
    """Counts of the cells that are not zero, with their share of the row where classes are few."""
    few = len(matrix) <= _FEW
    for row, column in np.argwhere(matrix):
        text = str(matrix[row, column])
        size = 8.0 if few else min(7.0, 24.0 / len(text))
        if few:
            text += f"\n{shares[row, column]:.0%}"
        color = "white" if shares[row, column] > 0.55 else "black"
        # It lies in its cell, so that the layout need not measure it.
        axes.text(column, row, text, ha="center", va="center", color=color, fontsize=size).set_in_layout(False)


def _fonts() -> list[str]:
    """Families that are asked for a glyph one after another."""
    from matplotlib import font_manager

    installed = set(font_manager.get_font_names())
    return ["DejaVu Sans", *(name for name in _FONTS_OF_OTHER_SCRIPTS if name in installed)]


def _drawable(name: str, substitute: str, *, fonts: Sequence[str]) -> str:
    """A label's name as matplotlib takes it, or the substitute where a glyph is missing."""
    from matplotlib import font_manager

    line = one_line(name, longest=_LABEL_CHARACTERS)
    missing = set(map(ord, line))
    for font in fonts:
        missing -= font_manager.get_font(font_manager.findfont(font)).get_charmap().keys()
    # A `$` would begin a formula.
    return substitute if missing else line.replace("$", r"\$")
