"""Vectors of texts on a plane."""

from collections.abc import Mapping

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes

from bert_tf.plurals import counted
from bert_tf.report.figures.drawing import MUTED, SERIES, draw

_MOST_POINTS = 2000  # more are a blot, and a page of megabytes


def text_map(places: np.ndarray, groups: Mapping[str, np.ndarray]) -> Markup:
    """Draw where texts lie, each group in its colour; of many texts, some from all over.

    Args:
        places: float [N, 2], N ≥ 1.
        groups: Which of them are in a group, bool [N], by its name; at most as many as there are colours, the last of
            which is for what is left over where there are more.
    """
    shown = np.zeros(len(places), bool)
    shown[np.linspace(0, len(places) - 1, min(_MOST_POINTS, len(places))).astype(int)] = True

    def paint(axes: Axes) -> None:
        for (name, members), colour in zip(groups.items(), (*SERIES, MUTED), strict=False):
            across, up = places[members & shown].T
            axes.scatter(across, up, s=9, color=colour, alpha=0.6, linewidths=0, label=name)
        axes.set(xlabel="first principal component", ylabel="second", aspect="equal")
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3)

    centres = "; ".join(
        f"{name}: {counted(int(members.sum()), 'text')} around ({x:.2f}, {y:.2f})"
        for name, members in groups.items()
        if members.any()
        for x, y in [places[members].mean(0)]
    )
    return draw("text-map", f"Texts on a plane. {centres}.", paint, width=5.6, height=4.6)
