"""Scores of several runs with their intervals, and their validation curves over each other."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from bert_tf.measures import Measure
from bert_tf.plurals import capitalized
from bert_tf.report.figures.drawing import MUTED, SERIES, draw
from bert_tf.scores import score_text

_MARKERS = "osD^vP*X"


def score_intervals(scores: Mapping[str, tuple[float, float, float]], *, measure: Measure) -> Markup:
    """Draw a line for each run.

    Args:
        scores: The score, and the ends of its interval, by the run's name.
        measure: What the score is, such as `macro F1`.
    """
    names = list(scores)

    def paint(axes: Axes) -> None:
        for place, (value, low, high) in enumerate(scores.values()):
            spread = [[max(value - low, 0)], [max(high - value, 0)]]
            axes.errorbar(value, place, xerr=spread, fmt="o", color=SERIES[0], ecolor=MUTED, capsize=4)
        axes.set_yticks(range(len(names)), names)
        axes.set(xlabel=measure.name, ylim=(len(names) - 0.5, -0.5))
        axes.grid(axis="y", visible=False)

    said = "; ".join(
        f"{run} {measure.text(value)} ({measure.interval_text(low, high)})"
        for run, (value, low, high) in scores.items()
    )
    height = 1.0 + 0.32 * len(names)
    return draw(
        "score-intervals", f"{capitalized(measure.name)} with 95% interval: {said}.", paint, width=4.8, height=height
    )


def validation_curves(runs: Mapping[str, Sequence[Mapping[str, float]]], panels: Mapping[str, str]) -> Markup:
    """Draw what is followed of the validation rows by epoch, a line for each run.

    Args:
        runs: The epochs' figures by the run's name; eight runs at most, each with at least one epoch.
        panels: What is drawn, as of `followed_by_epoch`.
    """

    def paint(*axes: Axes) -> None:
        for panel, (key, name) in zip(axes, panels.items(), strict=True):
            for (run, epochs), colour, marker in zip(runs.items(), SERIES, _MARKERS, strict=False):
                values = [epoch[f"val_{key}"] for epoch in epochs]
                panel.plot(range(1, len(values) + 1), values, color=colour, marker=marker, markersize=4.5, label=run)
            panel.set(title=f"validation {name}", xlabel="epoch")
            panel.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
            panel.legend()

    last = "; ".join(f"{run} {_in_words(epochs[-1], panels)}" for run, epochs in runs.items())
    alternative = f"Line charts of validation {' and '.join(panels.values())} by epoch. At the last: {last}."
    return draw("validation-curves", alternative, paint, width=9.2, height=3.1, columns=len(panels))


def _in_words(epoch: Mapping[str, float], panels: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {score_text(epoch[f'val_{key}'])}" for key, name in panels.items())
