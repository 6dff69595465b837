"""The trials of a search: scores in order, values beside scores, what mattered, and what they cost."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from bert_tf.plurals import counted
from bert_tf.report.comparison import shown
from bert_tf.report.figures.drawing import BACKGROUND, LINE, MUTED, SERIES, TEXT, draw, short
from bert_tf.scores import score_text

_NOT_SET = -0.12
_BEST_SHARE = 0.25
_OPACITY = 0.55
_BEHIND_TEXT = {"facecolor": BACKGROUND, "edgecolor": "none", "pad": 0.8, "alpha": 0.85}

# Whether a trial is whole, how its point is filled, and what the legend says.
_KINDS = ((True, SERIES[0], "trial"), (False, "none", "stopped early, or fewer epochs"))


@dataclass(frozen=True)
class Scored:
    """A trial with a score.

    Attributes:
        number: From 0.
        score: The objective.
        seconds: That it took.
        values: By parameter.
        whole: False for one that was ended early or trained for fewer epochs.
    """

    number: int
    score: float
    seconds: float
    values: Mapping[str, Any]
    whole: bool = True


@dataclass(frozen=True)
class Scale:
    """Where the values of a parameter stand on an axis from 0 to 1.

    Attributes:
        places: By value, where they are few or no numbers; empty for a range.
        low, high: Ends of a range.
        logarithmic: Equal ratios are equal distances.
    """

    places: Mapping[str, float]
    low: float = 0.0
    high: float = 1.0
    logarithmic: bool = False

    def place(self, value: Any) -> float:
        """0 to 1; below 0 for a value that is not set."""
        if value is None:
            return _NOT_SET
        if self.places:
            return self.places[shown(value)]
        low, high, at = (
            (map(math.log, (self.low, self.high, value))) if self.logarithmic else (self.low, self.high, value)
        )
        return (at - low) / (high - low) if high > low else 0.5


def scale_of(values: Sequence[Any], *, logarithmic: bool) -> Scale:
    """The scale for all values of a parameter: a range for numbers that are many, else one place for each."""
    given = [value for value in values if value is not None]
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in given)
    distinct: list[Any] = sorted(set(given)) if numbers else sorted({shown(value) for value in given})
    if numbers and len(distinct) > 4:
        return Scale({}, float(distinct[0]), float(distinct[-1]), logarithmic and distinct[0] > 0)
    steps = max(len(distinct) - 1, 1)
    middle = 0.5 if len(distinct) == 1 else 0.0
    return Scale({shown(value): middle + index / steps for index, value in enumerate(distinct)})


def score_history(trials: Sequence[Scored], *, failed: Sequence[int], objective: str, maximize: bool) -> Markup:
    """Draw the score of each trial, and the best so far as a line.

    Args:
        trials: By number, at least one.
        failed: Numbers of trials without a score.
        objective: Its name.
        maximize: Whether more of it is better.
    """
    whole = [trial for trial in trials if trial.whole]
    best = [(max if maximize else min)(trial.score for trial in whole[: index + 1]) for index in range(len(whole))]

    def paint(axes: Axes) -> None:
        axes.step([trial.number for trial in whole], best, where="post", color=SERIES[1], label="best so far")
        for kept, fill, label in _KINDS:
            drawn = [trial for trial in trials if trial.whole == kept]
            if drawn:
                at = [trial.number for trial in drawn], [trial.score for trial in drawn]
                axes.plot(*at, "o", color=SERIES[0], markerfacecolor=fill, markersize=5.5, label=label)
        if failed:
            foot = axes.get_xaxis_transform()
            axes.plot(failed, [0.02] * len(failed), "x", color=MUTED, transform=foot, markersize=6, label="failed")
        axes.set(xlabel="trial", ylabel=objective)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axes.legend()

    said = f"from {score_text(trials[0].score)} in trial {trials[0].number}" + (
        f" to {score_text(best[-1])} at best" if best else ""
    )
    alternative = f"{objective} of {counted(len(trials), 'trial')} in order, {said}; {len(failed)} failed."
    return draw("score-history", alternative, paint, width=9.2, height=3.4)


def parallel_coordinates(
    trials: Sequence[Scored], *, logarithmic: frozenset[str], objective: str, maximize: bool
) -> Markup:
    """Draw a line for each trial across an axis for each parameter and one for the score.

    Args:
        trials: At least one. A parameter that is the same in all of them has no axis.
        logarithmic: Parameters on a logarithmic scale.
        objective: Its name.
        maximize: Whether more of it is better.
    """
    names = _varied(trials)
    scales = {
        name: scale_of([trial.values.get(name) for trial in trials], logarithmic=name in logarithmic) for name in names
    }
    scores = [trial.score for trial in trials]
    scored = Scale({}, min(scores), max(scores))
    ranked = _ranked(trials, maximize=maximize)
    good = len(ranked) - max(1, round(_BEST_SHARE * sum(trial.whole for trial in trials)))

    def paint(axes: Axes) -> None:
        across = range(len(names) + 1)
        for place in across:
            axes.axvline(place, color=LINE, linewidth=1.2, zorder=0)
        for index, trial in enumerate(ranked):
            heights = [scales[name].place(trial.values.get(name)) for name in names] + [scored.place(trial.score)]
            colour = SERIES[1] if index == len(ranked) - 1 else SERIES[0] if index >= good else MUTED
            width, opacity = (2.6, 1.0) if index == len(ranked) - 1 else (1.4, _OPACITY)
            line = "-" if trial.whole else ":"
            axes.plot(across, heights, line, color=colour, linewidth=width, alpha=opacity, marker="o", markersize=3)
        for place, scale in enumerate([*scales.values(), scored]):
            for text, height in _ticks(scale, any_missing=place < len(names) and _any_missing(trials, names[place])):
                axes.annotate(
                    text, (place, height), (6, 0), textcoords="offset points", fontsize=8, color=TEXT, bbox=_BEHIND_TEXT
                )
        axes.set_xticks(across, [*(name.replace(".", "\n") for name in names), objective.replace(".", "\n")])
        axes.set(ylim=(-0.2, 1.1), xlim=(-0.15, len(names) + 0.45))
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.grid(visible=False)

    best = ranked[-1]
    values = "; ".join(f"{name} {shown(value)}" for name, value in best.values.items())
    alternative = (
        f"Parallel coordinates of {counted(len(trials), 'trial')}. The best, trial {best.number}: {values}; "
        f"{objective} {score_text(best.score)}."
    )
    return draw("parallel-coordinates", alternative, paint, width=max(6.0, 1.7 * (len(names) + 1)), height=3.6)


def importance_bars(shares: Mapping[str, tuple[float, float]]) -> Markup:
    """Draw a bar for each parameter.

    Args:
        shares: Share and its spread, by parameter, the largest first; at least one.
    """
    names = list(shares)

    def paint(axes: Axes) -> None:
        widths, spreads = zip(*shares.values(), strict=True)
        axes.barh(range(len(names)), widths, xerr=spreads, color=SERIES[0], ecolor=MUTED, height=0.6, capsize=3)
        axes.set_yticks(range(len(names)), names)
        axes.set(xlabel="permutation importance", ylim=(len(names) - 0.5, -0.5), xlim=(0, None))
        axes.grid(axis="y", visible=False)

    said = "; ".join(f"{name} {share:.0%}" for name, (share, _) in shares.items())
    return draw(
        "importance", f"Importance of each parameter: {said}.", paint, width=5.6, height=1.0 + 0.36 * len(names)
    )


def cost_against_score(trials: Sequence[Scored], *, objective: str, maximize: bool) -> Markup:
    """Draw seconds against scores; at least one trial."""
    best = _ranked(trials, maximize=maximize)[-1]

    def paint(axes: Axes) -> None:
        for kept, fill, label in _KINDS:
            rest = [trial for trial in trials if trial is not best and trial.whole == kept]
            if rest:
                at = [trial.seconds for trial in rest], [trial.score for trial in rest]
                axes.plot(*at, "o", color=SERIES[0], markerfacecolor=fill, label=label)
        axes.plot([best.seconds], [best.score], "o", color=SERIES[1], markersize=8, label=f"trial {best.number}")
        axes.set(xlabel="seconds", ylabel=objective)
        axes.legend()

    alternative = (
        f"Seconds against {objective} of {counted(len(trials), 'trial')}. The best, trial {best.number}, took "
        f"{best.seconds:.0f} seconds."
    )
    return draw("cost-against-score", alternative, paint, width=5.6, height=3.2)


def _ranked(trials: Sequence[Scored], *, maximize: bool) -> list[Scored]:
    """The best last, behind all that are not whole: their scores say nothing of a whole one."""
    return sorted(trials, key=lambda trial: (trial.whole, trial.score if maximize else -trial.score))


def _ticks(scale: Scale, *, any_missing: bool) -> list[tuple[str, float]]:
    ends = list(scale.places.items()) or [(_end(scale.low), 0.0), (_end(scale.high), 1.0)]
    return [(short(text), height) for text, height in ends] + ([("not set", _NOT_SET)] if any_missing else [])


def _varied(trials: Sequence[Scored]) -> list[str]:
    names = dict.fromkeys(name for trial in trials for name in trial.values)
    return [name for name in names if len({shown(trial.values.get(name)) for trial in trials}) > 1]


def _end(value: float) -> str:
    return f"{value:.4g}"


def _any_missing(trials: Sequence[Scored], name: str) -> bool:
    return any(trial.values.get(name) is None for trial in trials)
