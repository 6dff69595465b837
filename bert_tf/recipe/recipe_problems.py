"""From pydantic's errors to sentences: where in the recipe, what was found, what is allowed, the nearest known key."""

import json
import math
from collections.abc import Mapping

from pydantic import ValidationError

from bert_tf.nearest_name import nearest_name
from bert_tf.recipe.allowed import allowed, kinds_of, schema_at
from bert_tf.recipe.recipe_models import Models, model_of, sections_of
from bert_tf.recipe.schema import Recipe


def problems_of(error: ValidationError, values: Mapping[str, object], models: Models) -> list[str]:
    """One line for each key that is wrong, in the order of the recipe.

    Args:
        error: What `model_of(values, models).model_validate(values)` raised.
        values: The recipe's tables as they were read, overrides included.
        models: By task.
    """
    model = model_of(values, models)
    lines: dict[str, str] = {}
    for details in error.errors(include_url=False):
        # A union reports each of its branches below the key, and a list each of its items: the key is what is named.
        path = _path(details["loc"])
        if path == ("task",):
            line = _task_problem(values, models)
        elif details["type"] == "extra_forbidden":
            line = _of_another_task(path, values, models) or f"unknown key{_suggestion(path, model)}"
        elif details["type"] == "missing":
            line = f"missing; allowed: {allowed(path, [model])}"
        elif details["type"] == "value_error":
            line = details["msg"].removeprefix("Value error, ")
        else:
            line = _refusal(path, _value_at(values, path), model)
        lines.setdefault(".".join(path), line)
    return [f"{path}: {line}" if path else line for path, line in lines.items()]


def _path(place: tuple[int | str, ...]) -> tuple[str, ...]:
    """The key that a problem is in; of a list of tables, the table's number, from 1, and the key in it."""
    if len(place) > 3 and isinstance(place[2], int):
        inner = [part for part in place[3:5] if isinstance(part, str)]
        return (*map(str, place[:2]), str(place[2] + 1), *inner)
    return tuple(map(str, place[:2]))


def _task_problem(values: Mapping[str, object], models: Models) -> str:
    known = allowed(("task",), models.values())
    if "task" not in values:
        return f"missing; allowed: {known}"
    task = values["task"]
    match = nearest_name(task, models) if isinstance(task, str) else None
    return f"found {_shown(task)}; " + (f'did you mean "{match}"?' if match else f"allowed: {known}")


def _of_another_task(path: tuple[str, ...], values: Mapping[str, object], models: Models) -> str | None:
    """Of a table that another task has, or a key of it in another place; None where no other task has it."""
    task, key = values.get("task"), path[-1]
    if not isinstance(task, str) or task not in models or len(path) > 2:
        return None
    if len(path) == 1 and key in models:
        return f'the table of task "{key}", but task is "{task}"; remove the table, or set task = "{key}"'
    if having := [f'"{other}"' for other in models if len(path) == 1 and key in sections_of(models[other])]:
        return f'a table of the tasks {" and ".join(having)}, but task is "{task}"; remove the table'
    own = {name for section in sections_of(models[task]).values() for name in section.model_fields}
    owners = [other for other in models if key not in own and key in sections_of(models[other])[other].model_fields]
    return f'unknown key; only task "{owners[0]}" has it, as {owners[0]}.{key}' if owners else None


def _refusal(path: tuple[str, ...], found: object, model: type[Recipe]) -> str:
    line = f"found {_shown(found)}; allowed: {allowed(path, [model])}"
    return f"{line} (write the number without quotes)" if _is_quoted_number(found, path, model) else line


def _suggestion(path: tuple[str, ...], model: type[Recipe]) -> str:
    sections = {name: list(section.model_fields) for name, section in sections_of(model).items()}
    key, here = path[-1], path[:-1]
    siblings = sections.get(here[0], []) if here else list(model.model_fields)
    if len(path) > 2:
        siblings = list(next(kind for kind in kinds_of(schema_at(here, [model])) if "properties" in kind)["properties"])
        match = nearest_name(key, siblings)
        return f"; did you mean {match}?" if match else f"; known here: {', '.join(siblings)}"
    elsewhere = {name: section for section, names in reversed(sections.items()) for name in names}
    if key in elsewhere:
        meant = f"{elsewhere[key]}.{key}"
    elif match := nearest_name(key, [*siblings, *elsewhere]):
        meant = ".".join((*here, match)) if match in siblings else f"{elsewhere[match]}.{match}"
    else:
        return f"; known here: {', '.join(siblings)}"
    return f"; did you mean {meant}?"


def _value_at(values: Mapping[str, object], path: tuple[str, ...]) -> object:
    value: object = values
    for part in path:
        if isinstance(value, list):
            value = value[int(part) - 1]
        elif isinstance(value, Mapping):
            value = value[part]
        else:
            break
    return value


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _is_quoted_number(found: object, path: tuple[str, ...], model: type[Recipe]) -> bool:
    kinds = {kind.get("type") for kind in kinds_of(schema_at(path, [model]))}
    if not isinstance(found, str) or not kinds & {"number", "integer"}:
        return False
    try:
        return math.isfinite(float(found))
    except ValueError:
        return False
