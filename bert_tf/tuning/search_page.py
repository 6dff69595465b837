"""A search as one HTML file."""

import pathlib
from collections.abc import Iterator, Sequence
from typing import Any

from bert_tf.atomic import new_file
from bert_tf.errors import RunError
from bert_tf.plurals import counted
from bert_tf.recipe.space_values import own_value
from bert_tf.report.comparison import shown
from bert_tf.report.page import render_page
from bert_tf.scores import interval_text, score_text, spread_text
from bert_tf.tasks.table import task_of
from bert_tf.tuning.history import Trial, trial_folder
from bert_tf.tuning.importance import importance
from bert_tf.tuning.results import BEST, DEFAULT, Search

_NAMES = {BEST: "best", DEFAULT: "recipe's own values"}
_EPOCHS = "epochs of the rung"


def write_page(search: Search) -> pathlib.Path:
    """Write `tuning.html` into the search's folder and return its path; raises RunError when the disk is full."""
    path = search.folder / "tuning.html"
    page = tuning_html(search)
    with new_file(path, error=RunError) as temporary:
        temporary.write_text(page, encoding="utf-8")
    return path


def tuning_html(search: Search) -> str:
    """The page; it needs no network and no other file. A search that still goes on has one too."""
    keys = list(dict.fromkeys(key for trial in search.trials for key in trial.values))
    numeric = {key for key in keys if all(_is_number(trial.values.get(key)) for trial in search.trials)}
    said, figures = _figures(search)
    return render_page(
        "tuning.html.j2",
        name=f"Search of {search.recipe.name}",
        folder=search.folder,
        objective=search.objective,
        verdict=verdict(search),
        lead=list(_lead(search)),
        values=_values(search),
        **_finals(search),
        figures=figures,
        importance=said,
        keys=keys,
        numeric=numeric,
        rows=[_row(search, trial, keys, numeric) for trial in search.trials],
    )


def verdict(search: Search) -> str:
    """What the search came to, in a sentence."""
    best, gain = search.best, search.gain()
    if best is None or best.score is None:
        return "No trial has finished with a score."
    found = f"{search.objective} {score_text(best.score)}"
    if best.number == 0 or gain == 0:
        return f"No trial is better than the recipe's own values: {found}."
    against = "" if gain is None else f", {score_text(gain)} better than the recipe's own values"
    return f"Trial {best.number} is the best of {len(search.trials)}: {found}{against}."


def _lead(search: Search) -> Iterator[str]:
    best = search.best
    interval = search.interval(best) if best else None
    if interval:
        yield (
            f"The 95% bootstrap interval of that score is {interval_text(*interval)}. As the best of "
            f"{counted(len(search.trials), 'trial')} it is optimistic: expect less on new rows."
        )
    for name in (BEST, DEFAULT):
        final = search.finals.get(name)
        if final and search.tested in final.metrics:
            score = spread_text(final.metrics[search.tested], final.spread.get(search.tested))
            whose = "best values" if name == BEST else _NAMES[name]
            yield f"{search.tested} with the {whose}: {score} over {counted(len(final.seeds), 'seed')}."
    counts = {status: [trial.status for trial in search.trials].count(status) for status in ("pruned", "failed")}
    ended = [f"{count} {status}" for status, count in counts.items() if count]
    told = ", ".join(ended) or "none failed"
    yield f"{search.recipe.tuning.algorithm} search, {search.minutes:.1f} minutes of trials; {told}."


def _values(search: Search) -> list[tuple[str, str, str]]:
    if search.best is None:
        return []
    own = {key: own_value(search.recipe, key) for key in search.best.values}
    return [(key, _shown(value), _shown(own[key])) for key, value in search.best.values.items()]


def _finals(search: Search) -> dict[str, Any]:
    names = [search.tested, *(f"test.{measure.key}" for measure in task_of(search.recipe).followed)]
    columns = [name for name in dict.fromkeys(names) if any(name in each.metrics for each in search.finals.values())]
    rows = [
        {
            "name": _NAMES[name],
            "seeds": len(final.seeds),
            "cells": [_with_spread(final.metrics.get(column), final.spread.get(column)) for column in columns],
        }
        for name, final in search.finals.items()
    ]
    return {"final_columns": columns, "finals": rows}


def _with_spread(value: float | None, spread: float | None) -> str:
    return "–" if value is None else spread_text(value, spread)


def _figures(search: Search) -> tuple[str, dict[str, Any]]:
    """What mattered in a sentence, and the figures; none where no trial has a score."""
    from bert_tf.report.figures.search_trials import (
        Scored,
        cost_against_score,
        importance_bars,
        parallel_coordinates,
        score_history,
    )

    full = search.recipe.training.epochs
    every = [
        Scored(
            trial.number,
            trial.score,
            trial.seconds or 0.0,
            trial.values if trial.epochs is None else {**trial.values, _EPOCHS: trial.epochs},
            whole=trial.status == "finished" and trial.epochs in (None, full),
        )
        for trial in search.trials
        if trial.score is not None
    ]
    if not every:
        return "", {}
    finished = [one for one, trial in zip(every, _scored(search), strict=True) if trial.status == "finished"]
    failed = [trial.number for trial in search.trials if trial.status == "failed"]
    told: dict[str, Any] = {"objective": search.objective, "maximize": search.direction == "max"}
    found = importance([each.values for each in finished], [each.score for each in finished])
    return found.sentence, {
        "history": score_history(every, failed=failed, **told),
        "coordinates": parallel_coordinates(every, logarithmic=_logarithmic(search), **told),
        "importance": importance_bars(found.shares) if found.shares else "",
        "cost": cost_against_score(every, **told),
    }


def _scored(search: Search) -> Sequence[Trial]:
    return [trial for trial in search.trials if trial.score is not None]


def _logarithmic(search: Search) -> frozenset[str]:
    return frozenset(parameter.key for parameter in search.parameters if parameter.kind == "log_uniform")


def _row(search: Search, trial: Trial, keys: Sequence[str], numeric: set[str]) -> dict[str, Any]:
    lowest = "-1e308"
    return {
        "number": trial.number,
        "report": _report_of(search, trial),
        "is_best": search.best is not None and trial.id == search.best.id,
        "score": _with_spread(trial.score, trial.spread.get(search.objective)),
        "order": lowest if trial.score is None else trial.score,
        "cells": [
            {
                "text": _shown(trial.values.get(key)) if key in trial.values else "",
                "numeric": key in numeric,
                "order": lowest if trial.values.get(key) is None else trial.values[key],
            }
            for key in keys
        ],
        "epochs": trial.epochs or search.recipe_of(trial).training.epochs,
        "seconds": round(trial.seconds or 0.0),
        "status": trial.current_status,
        "reason": trial.reason,
    }


def _report_of(search: Search, trial: Trial) -> str | None:
    """Where its report is, or that of its first seed, seen from the page; None where there is none."""
    folder = trial_folder(search.folder, trial.id)
    found = [path for path in (folder, *sorted(folder.glob("seed-*"))) if (path / "report.html").is_file()]
    return (found[0].relative_to(search.folder) / "report.html").as_posix() if found else None


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    return "not set" if value is None else shown(value)
