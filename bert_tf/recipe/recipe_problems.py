"""From pydantic's errors to sentences: where in the recipe, what was found, what is allowed, the nearest known key."""

import difflib
import json
import math
from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ValidationError

from bert_tf.recipe.allowed import allowed, kinds_of, schema_at
from bert_tf.recipe.schema import Recipe


def problems_of(error: ValidationError, values: Mapping[str, object]) -> list[str]:
    """One line for each key that is wrong, in the order of the recipe.

    Args:
        error: What `Recipe.model_validate(values)` raised.
        values: The recipe's tables as they were read, overrides included.
    """
    lines: dict[str, str] = {}
    for details in error.errors(include_url=False):
        # A union reports each of its branches below the key, and a list each of its items: the key is what is named.
        path = tuple(str(part) for part in details["loc"][:2])
        if details["type"] == "extra_forbidden":
            line = f"unknown key{_suggestion(path)}"
        elif details["type"] == "missing":
            line = f"missing; allowed: {allowed(path)}"
        elif details["type"] == "value_error":
            line = details["msg"].removeprefix("Value error, ")
        else:
            line = _refusal(path, _value_at(values, path))
        lines.setdefault(".".join(path), line)
    return [f"{path}: {line}" if path else line for path, line in lines.items()]


def nearest(name: str, known: Sequence[str]) -> str | None:
    """The name in `known` that is spelt most like `name`, or None when none is close."""
    matches = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return matches[0] if matches else None


def _refusal(path: tuple[str, ...], found: object) -> str:
    line = f"found {_shown(found)}; allowed: {allowed(path)}"
    return f"{line} (write the number without quotes)" if _is_quoted_number(found, path) else line


def _suggestion(path: tuple[str, ...]) -> str:
    sections = {
        name: list(field.annotation.model_fields)
        for name, field in Recipe.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    }
    key, here = path[-1], path[:-1]
    siblings = sections.get(here[0], []) if here else list(Recipe.model_fields)
    elsewhere = {name: section for section, names in reversed(sections.items()) for name in names}
    if key in elsewhere:
        meant = f"{elsewhere[key]}.{key}"
    elif match := nearest(key, siblings):
        meant = ".".join((*here, match))
    elif match := nearest(key, list(elsewhere)):
        meant = f"{elsewhere[match]}.{match}"
    else:
        return f"; known here: {', '.join(siblings)}"
    return f"; did you mean {meant}?"


def _value_at(values: Mapping[str, object], path: tuple[str, ...]) -> object:
    value: object = values
    for part in path:
        if not isinstance(value, Mapping):
            break
        value = value[part]
    return value


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _is_quoted_number(found: object, path: tuple[str, ...]) -> bool:
    kinds = {kind.get("type") for kind in kinds_of(schema_at(path))}
    if not isinstance(found, str) or not kinds & {"number", "integer"}:
        return False
    try:
        return math.isfinite(float(found))
    except ValueError:
        return False
