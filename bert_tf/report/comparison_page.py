"""A comparison of runs as one HTML file."""

import pathlib
from typing import Any

from markupsafe import Markup

from bert_tf.atomic import new_file
from bert_tf.errors import RunError
from bert_tf.report.comparison import RESOURCES, SEVERAL_TESTS, Comparison, shown
from bert_tf.report.page import render_page
from bert_tf.report.rows_to_take import all_disagreements

_CURVES = 8


def write_comparison(comparison: Comparison, path: pathlib.Path) -> pathlib.Path:
    """Write the page and return its path; raises RunError when it can't be written."""
    with new_file(path, error=RunError) as temporary:
        temporary.write_text(comparison_html(comparison), encoding="utf-8")
    return path


def comparison_html(comparison: Comparison) -> str:
    """The page; it needs no network and no other file."""
    return render_page(
        "compare.html.j2",
        comparison=comparison,
        several_tests=SEVERAL_TESTS if len(comparison.pairs) > 1 else "",
        resource_names=RESOURCES,
        shown=shown,
        taken={pair.number: all_disagreements(pair, comparison.words) for pair in comparison.pairs},
        **_figures(comparison),
    )


def _figures(comparison: Comparison) -> dict[str, Any]:
    from bert_tf.report.figures.learning import followed_by_epoch
    from bert_tf.report.figures.score_comparison import score_intervals, validation_curves

    measure = comparison.words.measure
    epochs = [epoch for run in comparison.runs for epoch in run.epochs]
    # Of validation rows a task may measure no loss.
    panels = {
        key: name
        for key, name in followed_by_epoch([measure]).items()
        if any(f"val_{key}" in epoch for epoch in epochs)
    }
    scores: dict[str, tuple[float, float, float]] = {}
    for run in comparison.runs:
        score = run.scores.get(measure.key)
        if score is not None and score.low is not None and score.high is not None:
            scores[f"run {run.number}"] = (score.value, score.low, score.high)
    curves = {
        f"run {run.number}": run.epochs
        for run in comparison.runs
        if panels and run.epochs and all(f"val_{key}" in epoch for epoch in run.epochs for key in panels)
    }
    return {
        "intervals": score_intervals(scores, measure=measure) if scores else Markup(),
        "curves": validation_curves(dict(list(curves.items())[:_CURVES]), panels) if len(curves) > 1 else Markup(),
        "followed": " and ".join(panels.values()),
        "curves_left_out": max(len(curves) - _CURVES, 0),
    }
