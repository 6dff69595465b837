"""The search space of a recipe: which keys, which values, under which conditions; checked as a whole."""

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel

from bert_tf.errors import RecipeError
from bert_tf.recipe.problems import ARROW, nearest
from bert_tf.recipe.schema import Recipe
from bert_tf.recipe.space_values import check_values

Kind = Literal["choice", "uniform", "log_uniform", "integer"]
KINDS: tuple[Kind, ...] = ("choice", "uniform", "log_uniform", "integer")
PLACE = f"tuning{ARROW}space"

_EXAMPLE = """paste this to the end of the recipe, and change it:

[tuning.space]
"training.learning_rate" = { log_uniform = [1e-5, 2e-4] }
"training.batch_size" = { choice = [16, 32, 64] }"""
# Tables that a search has nothing to choose in, and keys that decide which rows a trial is measured by.
_UNSEARCHED = {"name", "description", "task", "tuning", "export", "report"}
_MEASURED_BY = {
    f"data.{key}" for key in ("source", "validation", "test", "label", "labels", "seed", "data_dir", "on_bad_row")
}
_MOST_LISTED = 10_000


@dataclasses.dataclass(frozen=True)
class Parameter:
    """A key that is searched.

    Attributes:
        key: Such as `training.learning_rate`.
        kind: What `values` are.
        values: Those of a choice, or the two ends of a range, both in it.
        steps: Evenly spaced values that a range is cut down to; None is the whole range.
        when: Keys of other parameters, and the values that each must have for this one to count.
    """

    key: str
    kind: Kind
    values: tuple[Any, ...]
    steps: int | None = None
    when: Mapping[str, tuple[Any, ...]] = dataclasses.field(default_factory=dict)

    @property
    def listed(self) -> tuple[Any, ...] | None:
        """Every value it can have, in order; None for a range too fine to list."""
        if self.kind == "choice":
            return self.values
        low, high = self.values
        if self.kind == "integer":
            if self.steps is None and high - low >= _MOST_LISTED:
                return None
            count = min(self.steps or high - low + 1, high - low + 1)
            return tuple(dict.fromkeys(round(low + (high - low) * step / (count - 1)) for step in range(count)))
        if self.steps is None:
            return None
        shares = [step / (self.steps - 1) for step in range(self.steps)]
        if self.kind == "log_uniform":
            return tuple(tidy(low * (high / low) ** share) for share in shares)
        return tuple(tidy(low + (high - low) * share) for share in shares)

    @property
    def probes(self) -> tuple[Any, ...]:
        """Values that a recipe must accept for it to accept all: each one of a choice, or both ends of a range."""
        return self.values if self.kind in ("choice", "integer") else tuple(float(end) for end in self.values)


def tidy(value: float) -> float:
    """Six significant digits: enough for any setting, and what a person can read."""
    return float(f"{value:.6g}")


def search_space(recipe: Recipe) -> list[Parameter]:
    """The parameters, each behind those that its conditions name; everything is checked.

    Raises:
        RecipeError: there is no space, or something in `[tuning]` can't work; `problems` has a line for each.
    """
    if not recipe.tuning.space:
        raise RecipeError(
            f"The recipe {recipe.name!r} doesn't say what to search: it has no [tuning.space].", hint=_EXAMPLE
        )
    problems: list[str] = []
    parameters: dict[str, Parameter] = {}
    for key, values in _flat(recipe.tuning.space):
        found = [*_key_problems(key, recipe), *_form_problems(values)]
        if key in parameters:
            found.append("stands there twice")
        problems += [f"{PLACE}{ARROW}{key}: {problem}" for problem in found]
        if not found:
            parameters[key] = _parameter(key, values)
    problems += [f"{PLACE}{ARROW}{line}" for line in _condition_problems(parameters)]
    problems += _algorithm_problems(recipe, parameters)
    if not problems:
        problems = [f"{PLACE}{ARROW}{line}" for line in check_values(recipe, ordered(parameters))]
    if problems:
        count = f"{len(problems)} problems" if len(problems) > 1 else "a problem"
        raise RecipeError(f"The recipe {recipe.name!r} can't be searched; [tuning] has {count}:", problems=problems)
    return ordered(parameters)


def ordered(parameters: Mapping[str, Parameter]) -> list[Parameter]:
    """Each behind those that its conditions name; those of a cycle are left out."""
    placed: dict[str, Parameter] = {}
    while ready := [p for p in parameters.values() if p.key not in placed and all(key in placed for key in p.when)]:
        placed |= {parameter.key: parameter for parameter in ready}
    return list(placed.values())


def searchable_keys() -> list[str]:
    """Every key that a space may name."""
    return [
        f"{section}.{key}"
        for section, field in Recipe.model_fields.items()
        if section not in _UNSEARCHED and isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
        for key in field.annotation.model_fields
        if f"{section}.{key}" not in _MEASURED_BY
    ]


def _flat(space: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """`training.epochs = …` without quotes is a table in a table to TOML: the same is meant."""
    for key, values in space.items():
        if "." not in key and isinstance(values, Mapping) and not set(values) & {*KINDS, "steps", "when"}:
            yield from ((f"{key}.{inner}", inner_values) for inner, inner_values in values.items())
        else:
            yield key, values


def _key_problems(key: str, recipe: Recipe) -> Iterator[str]:
    section, _, leaf = key.partition(".")
    if key == "training.seed":
        yield "the best seed is luck that no other run has; tuning → seeds repeats each trial with several"
    elif key in _MEASURED_BY or (key == "data.train" and isinstance(recipe.data.validation, float)):
        yield "it decides which rows a trial is measured by, so that scores could not be compared"
    elif section in _UNSEARCHED:
        yield "not a key that a search can choose; it takes those of data, text, model and training"
    elif key not in (known := searchable_keys()):
        if any(name.startswith(f"{key}.") for name in known):
            yield f"a whole table; name one of its keys, such as {next(n for n in known if n.startswith(f'{key}.'))}"
        else:
            by_leaf = {name.partition(".")[2]: name for name in known}
            match = nearest(key, known) or by_leaf.get(nearest(leaf or key, list(by_leaf)) or "")
            yield f"unknown key; did you mean {match}?" if match else "unknown key; `bert-tf recipes show` lists all"


def _form_problems(values: object) -> Iterator[str]:
    if not isinstance(values, Mapping):
        yield "needs a choice or a range, such as { choice = [16, 32] } or { uniform = [0.0, 0.3] }"
        return
    for name in values:
        if name not in (*KINDS, "steps", "when"):
            match = nearest(name, [*KINDS, "steps", "when"])
            yield f"{name} is unknown; " + (f"did you mean {match}?" if match else f"known: {', '.join(KINDS)}")
    kinds = [kind for kind in KINDS if kind in values]
    if len(kinds) != 1:
        yield f"has {' and '.join(kinds)}; one is needed" if kinds else f"needs one of {', '.join(KINDS)}"
        return
    kind, content, steps = kinds[0], values[kinds[0]], values.get("steps")
    yield from _choice_problems(content) if kind == "choice" else _range_problems(kind, content)
    if steps is not None and (type(steps) is not int or not 2 <= steps <= _MOST_LISTED):
        yield f"steps is {steps!r}; allowed: a whole number from 2 to {_MOST_LISTED}"
    if steps is not None and kind == "choice":
        yield "steps are for ranges; a choice has its values"
    when = values.get("when", {})
    if not isinstance(when, Mapping) or ("when" in values and not when):
        yield 'when needs a key and its values, such as { "training.schedule" = ["linear", "cosine"] }'


def _choice_problems(values: object) -> Iterator[str]:
    if not isinstance(values, list | tuple) or len(values) < 2:
        yield f"choice is {values!r}; it needs a list of at least two values"
        return
    twice = [value for place, value in enumerate(values) if _is_in(value, values[:place])]
    if twice:
        yield f"choice has {', '.join(map(repr, twice))} twice"


def _range_problems(kind: Kind, ends: object) -> Iterator[str]:
    if not isinstance(ends, list | tuple) or len(ends) != 2 or not all(_is_number(end) for end in ends):
        yield f"{kind} is {ends!r}; it needs two numbers, [low, high]"
        return
    low, high = ends
    if kind == "integer" and not all(type(end) is int for end in ends):
        yield f"integer is {list(ends)}; both ends are whole numbers"
    if low > high:
        yield f"{kind} is {list(ends)}, which is the wrong way round; [{high}, {low}] was meant"
    if low == high:
        yield f"{kind} is {list(ends)}, which is empty but for one value; give it room, or set it in the recipe"
    if kind == "log_uniform" and low <= 0:
        yield f"log_uniform is {list(ends)}, and there is no logarithm of {low}; begin above 0, or take uniform"


def _parameter(key: str, values: Mapping[str, Any]) -> Parameter:
    kind = next(kind for kind in KINDS if kind in values)
    when = {name: tuple(v) if isinstance(v, list | tuple) else (v,) for name, v in values.get("when", {}).items()}
    return Parameter(key, kind, tuple(values[kind]), values.get("steps"), when)


def _condition_problems(parameters: Mapping[str, Parameter]) -> Iterator[str]:
    for key, parameter in parameters.items():
        for other, wanted in parameter.when.items():
            if other == key:
                yield f"{key}: when names the key itself"
            elif other not in parameters:
                match = nearest(other, list(parameters))
                meant = f"did you mean {match}?" if match else "only a searched key can be a condition"
                yield f"{key}: when names {other}, which is not in the space; {meant}"
            elif (listed := parameters[other].listed) is None:
                yield f"{key}: when names {other}, a range without steps, which no single value can be asked of"
            else:
                for value in wanted:
                    if not _is_in(value, listed):
                        known = f"it is one of {_few(listed)}"
                        yield f"{key}: when wants {other} to be {value!r}, which it never is; {known}"
    placed = {parameter.key for parameter in ordered(parameters)}
    circle = [p.key for p in parameters.values() if p.key not in placed and all(key in parameters for key in p.when)]
    if len(circle) > 1:
        yield f"{' and '.join(circle)}: each counts only when the other does, so that none ever would"


def _algorithm_problems(recipe: Recipe, parameters: Mapping[str, Parameter]) -> Iterator[str]:
    tuning, epochs = recipe.tuning, recipe.training.epochs
    if recipe.data.validation is None:
        yield f"data{ARROW}validation: missing; a search chooses by validation rows"
    if tuning.algorithm == "grid":
        for key, parameter in parameters.items():
            if parameter.listed is None:
                yield f"{PLACE}{ARROW}{key}: a grid needs values; say how many the range shall have: steps = 4"
    if tuning.algorithm == "hyperband":
        if "training.epochs" in parameters:
            yield f"{PLACE}{ARROW}training.epochs: hyperband decides on epochs itself; leave it out"
        if epochs < tuning.factor:
            yield (
                f"training{ARROW}epochs: found {epochs}; hyperband compares runs of few epochs and needs at least "
                f"tuning{ARROW}factor, {tuning.factor}, of them: take more epochs, or another algorithm"
            )
        elif tuning.max_trials < (least := 1 + first_bracket(epochs, tuning.factor)):
            yield f"tuning{ARROW}max_trials: found {tuning.max_trials}; hyperband's first bracket takes {least}"


def first_bracket(epochs: int, factor: int) -> int:
    """Trials of the first bracket of keras-tuner's Hyperband, all rounds together.

    Args:
        epochs: Of a trial of the last round.
        factor: One in so many trials goes on to the next round.
    """
    rounds = 0
    while epochs >= factor ** (rounds + 1):
        rounds += 1
    last = math.ceil(1 + math.log(epochs, factor)) / (rounds + 1)
    return sum(math.ceil(last * factor ** (rounds - place)) for place in range(rounds + 1))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_in(value: object, values: Sequence[object]) -> bool:
    """As `in`, but 1, 1.0 and true are not the same: a recipe tells them apart."""
    return any(type(value) is type(other) and value == other for other in values)


def _few(values: Sequence[object]) -> str:
    shown = ", ".join(map(repr, values[:8]))
    return shown if len(values) <= 8 else f"{shown}, …"
