"""The search space of a recipe: which keys, which values, under which conditions; checked as a whole."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from bert_tf.errors import RecipeError
from bert_tf.nearest_name import nearest_name
from bert_tf.recipe.allowed import kinds_of, schema_at
from bert_tf.recipe.parameter import KINDS, MOST_LISTED, Kind, Parameter, is_in, is_number
from bert_tf.recipe.recipe_models import sections_of
from bert_tf.recipe.schema import Recipe
from bert_tf.recipe.space_conditions import condition_problems, ordered
from bert_tf.recipe.space_values import check_values

PLACE = "tuning.space"

# What matters most when a BERT is fine-tuned: Devlin et al. 2019, appendix A.3, with room above for small encoders.
DEFAULT_SPACE = """[tuning.space]
"training.learning_rate" = { log_uniform = [1e-5, 2e-4] }
"training.batch_size" = { choice = [16, 32, 64] }"""
# Tables that a search has nothing to choose in, and keys that decide which rows a trial is measured by.
_UNSEARCHED = {"name", "description", "task", "tuning", "export", "report"}
_MEASURED_BY = {
    f"data.{key}" for key in ("source", "validation", "test", "label", "labels", "seed", "data_dir", "on_bad_row")
}


def search_space(recipe: Recipe, *, where: str | None = None) -> list[Parameter]:
    """The parameters, each behind those that its conditions name; everything is checked.

    Args:
        recipe: Resolved.
        where: Its file, for what is told.

    Raises:
        RecipeError: there is no space, or something in `[tuning]` can't work; `problems` has a line for each.
    """
    if not recipe.tuning.space:
        raise RecipeError(
            f"The recipe {recipe.name!r} has no [tuning.space] to search.",
            where=where,
            hint=f"append this to the recipe and adjust it:\n\n{DEFAULT_SPACE}",
        )
    problems: list[str] = []
    parameters: dict[str, Parameter] = {}
    for key, values in _flat(recipe.tuning.space, recipe):
        found = [*_key_problems(key, recipe), *_form_problems(values), *_overlaps(key, parameters)]
        found = found or list(_type_problems(key, values, recipe))
        problems += [f"{PLACE}.{key}: {problem}" for problem in found]
        if not found:
            parameters[key] = _parameter(key, values)
    unsound = list(condition_problems(parameters))
    problems += [f"{PLACE}.{key}: {problem}" for key, problem in unsound]
    problems += _algorithm_problems(recipe, parameters)
    sound = {key: each for key, each in parameters.items() if key not in {key for key, _ in unsound}}
    problems += [f"{PLACE}.{line}" for line in check_values(recipe, ordered(sound))]
    if problems:
        count = f"{len(problems)} problems" if len(problems) > 1 else "a problem"
        what = f"The recipe {recipe.name!r} can't be searched; [tuning] has {count}:"
        raise RecipeError(what, where=where, problems=problems)
    return ordered(parameters)


def searchable_keys(recipe: Recipe) -> list[str]:
    """Every key that a space of this recipe may name, the weights of single labels among them where it has some."""
    values = recipe.model_dump(mode="json")
    sections = {name: values[name] for name in _searched_sections(recipe)}
    keys = {f"{section}.{key}": value for section, table in sections.items() for key, value in table.items()}
    inner = [f"{key}.{name}" for key, value in keys.items() if isinstance(value, Mapping) for name in value]
    return [key for key in keys if key not in _MEASURED_BY] + inner


def _searched_sections(recipe: Recipe) -> list[str]:
    return [name for name in sections_of(type(recipe)) if name not in _UNSEARCHED]


def _flat(space: Mapping[str, Any], recipe: Recipe, above: str = "") -> Iterator[tuple[str, Any]]:
    """`training.epochs = …` without quotes is a table in a table to TOML: the same is meant."""
    for name, values in space.items():
        key = f"{above}{name}"
        is_table = "." not in key or _takes_table(key, recipe)
        if is_table and isinstance(values, Mapping) and not set(values) & {*KINDS, "steps", "when"}:
            yield from _flat(values, recipe, f"{key}.")
        else:
            yield key, values


def _takes_table(key: str, recipe: Recipe) -> bool:
    """Whether a value for each label may stand there, as in `class_weights`."""
    try:
        return any(kind.get("type") == "object" for kind in kinds_of(schema_at(key.split("."), [type(recipe)])))
    except KeyError:
        return False


def _overlaps(key: str, others: Mapping[str, Parameter]) -> Iterator[str]:
    """`classify.class_weights.good` is a part of `classify.class_weights`."""
    for other in others:
        if key == other:
            yield "is listed twice"
        elif key.startswith(f"{other}.") or other.startswith(f"{key}."):
            yield f"can't be searched together with {other}: one contains the other"


def _key_problems(key: str, recipe: Recipe) -> Iterator[str]:
    section, _, leaf = key.partition(".")
    if key == "training.seed":
        yield "the best seed is luck that no other run shares; tuning.seeds repeats each trial with several seeds"
    elif key in _MEASURED_BY or (key == "data.train" and isinstance(recipe.data.validation, float)):
        yield "it changes the rows that trials are evaluated on, so scores would not be comparable"
    elif section in _UNSEARCHED:
        *others, last = _searched_sections(recipe)
        yield f"not searchable; a search can set keys of {', '.join(others)} and {last}"
    elif key not in (known := searchable_keys(recipe)):
        table = ".".join(key.split(".", 2)[:2])
        if any(name.startswith(f"{key}.") for name in known):
            yield f"a table; use one of its keys, such as {next(n for n in known if n.startswith(f'{key}.'))}"
        elif table != key and _takes_table(table, recipe):
            yield f"the recipe has no weight for that label; set an initial one in {table}"
        else:
            by_leaf = {name.partition(".")[2]: name for name in known}
            near = by_leaf.get(nearest_name(leaf or key, by_leaf) or "")
            match = by_leaf.get(leaf) or nearest_name(key, known) or near
            yield f"unknown key; did you mean {match}?" if match else "unknown key; `bert-tf recipes show` lists all"


def _form_problems(values: object) -> Iterator[str]:
    if not isinstance(values, Mapping):
        yield "needs a choice or a range, such as { choice = [16, 32] } or { uniform = [0.0, 0.3] }"
        return
    for name in values:
        if name not in (*KINDS, "steps", "when"):
            match = nearest_name(name, [*KINDS, "steps", "when"])
            yield f"{name} is unknown; " + (f"did you mean {match}?" if match else f"known: {', '.join(KINDS)}")
    kinds = [kind for kind in KINDS if kind in values]
    if len(kinds) != 1:
        yield f"has {' and '.join(kinds)}; one is needed" if kinds else f"needs one of {', '.join(KINDS)}"
        return
    kind, content, steps = kinds[0], values[kinds[0]], values.get("steps")
    yield from _choice_problems(content) if kind == "choice" else _range_problems(kind, content)
    if steps is not None and (type(steps) is not int or not 2 <= steps <= MOST_LISTED):
        yield f"steps is {steps!r}; allowed: a whole number from 2 to {MOST_LISTED}"
    if steps is not None and kind == "choice":
        yield "steps are for ranges; a choice has its values"
    when = values.get("when", {})
    if not isinstance(when, Mapping) or ("when" in values and not when):
        yield 'when needs a key and its values, such as { "training.schedule" = ["linear", "cosine"] }'


def _type_problems(key: str, values: Mapping[str, Any], recipe: Recipe) -> Iterator[str]:
    """Of a range of fractions for a key of whole numbers."""
    section, leaf, *inner = key.split(".", 2)
    types = set() if inner else {kind.get("type") for kind in kinds_of(schema_at((section, leaf), [type(recipe)]))}
    for kind in {"uniform", "log_uniform"} & set(values):
        if types == {"integer"}:
            yield f"takes whole numbers, but {kind} gives fractions; use integer or choice"


def _choice_problems(values: object) -> Iterator[str]:
    if not isinstance(values, list | tuple) or len(values) < 2:
        yield f"choice is {values!r}; it needs a list of at least two values"
        return
    twice = [value for place, value in enumerate(values) if is_in(value, values[:place])]
    if twice:
        yield f"choice has {', '.join(map(repr, twice))} twice"


def _range_problems(kind: Kind, ends: object) -> Iterator[str]:
    if not isinstance(ends, list | tuple) or len(ends) != 2 or not all(_is_end(end) for end in ends):
        yield f"{kind} is {ends!r}; it needs two numbers, [low, high]"
        return
    low, high = ends
    if kind == "integer" and not all(type(end) is int for end in ends):
        yield f"integer is {list(ends)}; both ends must be whole numbers"
    if low > high:
        yield f"{kind} is {list(ends)}, in the wrong order; did you mean [{high}, {low}]?"
    if low == high:
        yield f"{kind} is {list(ends)}, which has one value only; widen it, or set the key in the recipe"
    if kind == "log_uniform" and low <= 0:
        yield f"log_uniform is {list(ends)}, but {low} has no logarithm; start above 0, or use uniform"


def _is_end(value: object) -> bool:
    return is_number(value) and math.isfinite(value)


def _parameter(key: str, values: Mapping[str, Any]) -> Parameter:
    kind = next(kind for kind in KINDS if kind in values)
    when = {name: tuple(v) if isinstance(v, list | tuple) else (v,) for name, v in values.get("when", {}).items()}
    return Parameter(key, kind, tuple(values[kind]), values.get("steps"), when)


def _algorithm_problems(recipe: Recipe, parameters: Mapping[str, Parameter]) -> Iterator[str]:
    tuning, epochs = recipe.tuning, recipe.training.epochs
    if recipe.data.validation is None:
        yield "data.validation: missing; a search compares trials on validation rows"
    if tuning.algorithm == "grid":
        for key, parameter in parameters.items():
            if parameter.listed is None:
                yield f"{PLACE}.{key}: a grid search needs a finite number of values; set one for this range: steps = 4"
    if tuning.algorithm == "hyperband":
        if "training.epochs" in parameters:
            yield f"{PLACE}.training.epochs: hyperband sets epochs itself; remove it from the space"
        if epochs < tuning.factor:
            yield (
                f"training.epochs: found {epochs}; hyperband compares runs of few epochs and needs at least "
                f"tuning.factor, {tuning.factor}, of them: take more epochs, or another algorithm"
            )
        elif tuning.max_trials < (least := 1 + first_bracket(epochs, tuning.factor)):
            yield f"tuning.max_trials: found {tuning.max_trials}; hyperband's first bracket takes {least}"


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
