"""The recipe with the values that a search chose, as a file that a person reads."""

import json
import pathlib
from collections.abc import Iterable, Iterator
from typing import Any

import tomli_w

from bert_tf.atomic import new_file
from bert_tf.errors import RecipeError, TuningError
from bert_tf.plurals import counted
from bert_tf.recipe.schema import Recipe
from bert_tf.recipe.space_values import own_value
from bert_tf.scores import interval_text, score_text, spread_text
from bert_tf.tasks.recipes import own_training
from bert_tf.tuning.history import Trial
from bert_tf.tuning.results import BEST, DEFAULT, Final, Search

_MARK = "# Found by `bert-tf tune`"
_LEFT_OUT = {"name", "tuning"}


def best_path(recipe: str) -> pathlib.Path:
    """Where it goes: beside the recipe's file where a path was named, else `recipes/<name>.best.toml`.

    Args:
        recipe: As of `find_recipe`.
    """
    path = pathlib.Path(recipe).expanduser() if recipe.endswith(".toml") else pathlib.Path("recipes", f"{recipe}.toml")
    return path.with_name(f"{path.stem}.best.toml")


def check_replaceable(path: pathlib.Path) -> None:
    """Raises RecipeError when something stands there that no search has written."""
    if path.exists() and not path.read_text(encoding="utf-8", errors="replace").startswith(_MARK):
        raise RecipeError(
            f"{path} was not written by a search and was not changed.", hint="move it, then run the command again"
        )


def write_best_recipe(search: Search, path: pathlib.Path) -> pathlib.Path:
    """Write the recipe, and what it is worth as a comment on top; returns its path.

    Args:
        search: With a finished trial.
        path: Replaced where it is an earlier search's.

    Raises:
        TuningError: no trial has finished. RecipeError: something else stands there, or it can't be written.
    """
    best = search.best
    if best is None or best.score is None:
        raise TuningError(
            "No trial has finished, so there is no best trial.",
            where=str(search.folder),
            hint=f"`bert-tf tune show {search.folder}` shows why",
        )
    check_replaceable(path)
    recipe = _tables(search.recipe_of(best), best.values)
    comment = "\n".join(_comment(search, best, best.score, path))
    with new_file(path, error=RecipeError, private=False) as temporary:
        temporary.write_text(f"{comment}\n{tomli_w.dumps(recipe)}", encoding="utf-8")
    return path


def _tables(recipe: Recipe, searched: Iterable[str]) -> dict[str, Any]:
    """What differs from the defaults, and whatever their values, the keys that were searched or have the encoder's."""
    tables: dict[str, Any] = recipe.model_dump(mode="json", exclude_none=True, exclude_defaults=True, exclude=_LEFT_OUT)
    # Left out, they would be the encoder's own again.
    of_encoder = [f"training.{key}" for key in own_training(recipe.model.encoder)]
    for section, leaf in (key.split(".", 2)[:2] for key in (*searched, *of_encoder)):
        value = own_value(recipe, f"{section}.{leaf}")
        if value is not None:
            tables.setdefault(section, {})[leaf] = value
    return tables


def _comment(search: Search, best: Trial, score: float, path: pathlib.Path) -> Iterator[str]:
    tuning, interval = search.recipe.tuning, search.interval(best)
    trials = counted(len(search.trials), "trial")
    yield f"{_MARK} in {trials} of {_quoted(search.recipe.name)} ({tuning.algorithm} search)."
    if best.number == 0:
        yield "# No values did better than the recipe's own:"
    for key, value in best.values.items():
        yield f"#   {key} = {'not set' if value is None else json.dumps(value)}"
    between = f" (95% interval {interval_text(*interval)})" if interval else _spread(best, search.objective)
    found = f"{search.objective} {score_text(score)}{between}"
    yield f"# {found}, the best of the search, so expect slightly less on new rows."
    if best.number != 0 and search.default is not None and search.default.score is not None:
        yield f"# With the recipe's own values: {score_text(search.default.score)}."
    for name, whose in ((BEST, "with these values"), (DEFAULT, "with the recipe's own")):
        if name in search.finals and search.tested in search.finals[name].metrics:
            yield f"# {search.tested} {_tested(search.finals[name], search.tested)}, {whose}."
    yield f"# Trials took {search.minutes:.1f} minutes; a run of this recipe, {(best.seconds or 0.0) / 60:.1f}."
    yield f"#   bert-tf train {_quoted(str(path))}"


def _tested(final: Final, name: str) -> str:
    spread = final.spread.get(name)
    deviation = "" if spread is None else " (standard deviation)"
    return f"{spread_text(final.metrics[name], spread)}{deviation} on {counted(len(final.seeds), 'seed')}"


def _spread(trial: Trial, objective: str) -> str:
    return f" ± {score_text(trial.spread[objective])} over seeds" if objective in trial.spread else ""


def _quoted(text: str) -> str:
    """A text that can't end a comment's line; in quotes where it has more than a path has."""
    return text if all(letter.isalnum() or letter in "._-/" for letter in text) else json.dumps(text)
