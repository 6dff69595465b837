"""The JSON Schema of recipes of several tasks, as one."""

import functools
from collections.abc import Mapping
from typing import Any

from bert_tf.recipe.schema import Recipe

_CHOICES = {"enum", "const"}
_JOINED = {"description": " ", "allowed": "; or "}


@functools.cache
def merged_schema(models: tuple[type[Recipe], ...]) -> Mapping[str, Any]:
    """What any of the models takes, with tables written out in place of references to them.

    A value that only some take is taken; a default that differs is left out.
    """
    return functools.reduce(_merged, (_written_out(model.model_json_schema()) for model in models))


def choices(part: Mapping[str, Any]) -> list[Any] | None:
    """The values of a key that takes a few; None for any other."""
    if "const" in part:
        return [part["const"]]
    return part.get("enum")


def _written_out(schema: dict[str, Any]) -> dict[str, Any]:
    definitions = schema.pop("$defs")
    properties = {key: _resolved(part, definitions) for key, part in schema["properties"].items()}
    return {**schema, "properties": properties}


def _resolved(part: Any, definitions: Mapping[str, Any]) -> Any:
    """A part of a schema with what it refers to in its place, at any depth."""
    if isinstance(part, list):
        return [_resolved(each, definitions) for each in part]
    if not isinstance(part, dict):
        return part
    whole = {**part, **definitions[part["$ref"].rpartition("/")[2]]} if "$ref" in part else part
    return {key: _resolved(each, definitions) for key, each in whole.items() if key != "$ref"}


def _merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key in {**one, **other}.keys() - _CHOICES:
        mine, others = one.get(key), other.get(key)
        if mine == others:
            kept[key] = mine
        elif key == "properties":
            kept[key] = _merged_properties(one[key], other[key])
        elif key in _JOINED:
            kept[key] = _JOINED[key].join(text for text in (mine, others) if text)
    either = [*(choices(one) or ()), *(choices(other) or ())]
    return {**_in_order(kept, one), **({"enum": list(dict.fromkeys(either))} if either else {})}


def _merged_properties(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    both = [(key, _merged(part, other[key]) if key in other else part) for key, part in one.items()]
    added = [(key, part) for key, part in other.items() if key not in one]
    # A task's table stands behind that of another task.
    place = max((at for at, key in enumerate(one, 1) if key not in other), default=len(both))
    return dict([*both[:place], *added, *both[place:]])


def _in_order(kept: dict[str, Any], one: Mapping[str, Any]) -> dict[str, Any]:
    return {key: kept[key] for key in [*(key for key in one if key in kept), *(key for key in kept if key not in one)]}
