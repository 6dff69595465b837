"""Ratios with their spread as horizontal bars."""

import pathlib
from collections.abc import Mapping
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.report import ratio

_BAR_INCHES = 0.32
_HEAD_INCHES = 0.9
_WIDTH_INCHES = 8
_BAR, _SPREAD, _EVEN = "#4477aa", "#222222", "#aa3377"


def draw(suite: Mapping[str, Any], path: pathlib.Path) -> bool:
    """Write the ratios of a suite's contests as SVG; returns whether there was one to draw."""
    found = [(contest, _ratios(contest)) for contest in suite.get("contests", [])]
    found = [(contest, ratios) for contest, ratios in found if ratios]
    if not found:
        return False
    heights = [_HEAD_INCHES + _BAR_INCHES * len(ratios) for _, ratios in found]
    figure = Figure(figsize=(_WIDTH_INCHES, sum(heights)), layout="constrained")
    panels = figure.subplots(len(found), squeeze=False, height_ratios=heights)
    for (contest, ratios), panel in zip(found, panels[:, 0], strict=True):
        _draw_panel(panel, contest, ratios)
    # The same results give the same file: no date, and no random names in it.
    with matplotlib.rc_context({"svg.hashsalt": "bert_tf", "svg.fonttype": "none"}):
        figure.savefig(path, format="svg", metadata={"Date": None})
    return True


def _ratios(contest: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    peers = [who for who in contest["results"] if who != contest["ours"]]
    return {who: found for who in peers if (found := ratio(dict(contest), who))}


def _draw_panel(panel: Axes, contest: Mapping[str, Any], ratios: Mapping[str, Mapping[str, float]]) -> None:
    names, values = list(ratios), list(ratios.values())
    medians = [value["median"] for value in values]
    below = [value["median"] - value["least"] for value in values]
    above = [value["largest"] - value["median"] for value in values]
    panel.barh(names, medians, xerr=(below, above), color=_BAR, ecolor=_SPREAD, capsize=2, height=0.7)
    for row, value in enumerate(values):
        panel.annotate(
            f"{value['median']:.2f}×", (value["largest"], row), (4, 0), textcoords="offset points", va="center"
        )
    panel.axvline(1, color=_EVEN, linewidth=1)
    panel.invert_yaxis()
    panel.set_xlim(0, max(value["largest"] for value in values) * 1.15)
    panel.set_title(f"{contest['name']}: {contest['ours']} over …", loc="left", fontsize=10)
    panel.spines[["top", "right"]].set_visible(False)
