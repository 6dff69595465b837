"""The recipe as a JSON Schema, by which editors complete and check a recipe while it is written."""

from typing import Any

from bert_tf.recipe.merged_schema import choices, merged_schema
from bert_tf.recipe.recipe_models import Models

# What editors of TOML know best. Nothing newer is used, and references are written out: beside one, this version of
# JSON Schema ignores the description.
_DIALECT = "http://json-schema.org/draft-07/schema#"


def recipe_json_schema(models: Models) -> dict[str, Any]:
    """The schema of a recipe's file, where the name may be left out and nothing is null.

    Args:
        models: By task; a recipe is of one of them.
    """
    schema = merged_schema(tuple(models.values()))
    properties = {key: _without_null(part) for key, part in schema["properties"].items()}
    required = [key for key in schema["required"] if key != "name"]
    tasks = {"allOf": [_of_task(task, models) for task in models]} if len(models) > 1 else {}
    return {"$schema": _DIALECT, **schema, "properties": properties, "required": required, **tasks}


def _of_task(task: str, models: Models) -> dict[str, Any]:
    """What holds where this is the task: no table of another task, and measures that it has."""
    known = choices(models[task].model_json_schema()["$defs"]["Training"]["properties"]["monitor"])
    # Of a task that is made of others, they depend on its heads.
    measured = {} if known is None else {"training": {"properties": {"monitor": {"enum": known}}}}
    others: dict[str, Any] = {other: {"not": {}} for other in models if other != task}
    return {
        "if": {"properties": {"task": {"const": task}}, "required": ["task"]},
        "then": {"properties": {**measured, **others}},
    }


def _without_null(part: dict[str, Any]) -> dict[str, Any]:
    """A key, or a table and its keys, without what TOML can't say and what is for bert_tf's own messages."""
    kept = {key: value for key, value in part.items() if key not in ("allowed", "anyOf")}
    if kept.get("default", "") is None:
        del kept["default"]
    elif isinstance(kept.get("default"), dict):
        kept["default"] = {key: value for key, value in kept["default"].items() if value is not None}
    if "properties" in part:
        kept["properties"] = {key: _without_null(inner) for key, inner in part["properties"].items()}
    kinds = [_without_null(kind) for kind in part.get("anyOf", ()) if kind["type"] != "null"]
    if len(kinds) > 1:
        kept["anyOf"] = kinds
    elif kinds:
        kept = {**kinds[0], **kept}
    if "properties" in kept.get("items", {}):
        kept["items"] = _without_null(kept["items"])
    if "prefixItems" in kept:
        kept["items"] = kept.pop("prefixItems")  # its name before 2020
    return kept
