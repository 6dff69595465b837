"""The recipe as a JSON Schema, by which editors complete and check a recipe while it is written."""

from typing import Any

from bert_tf.recipe.schema import Recipe

# What editors of TOML know best. Nothing newer is used, and references are written out: beside one, this version of
# JSON Schema ignores the description.
_DIALECT = "http://json-schema.org/draft-07/schema#"


def recipe_json_schema() -> dict[str, Any]:
    """The schema of a recipe's file, where the name may be left out and nothing is null."""
    schema = Recipe.model_json_schema()
    definitions = schema.pop("$defs")
    properties = {
        key: _without_null({**definitions[part["$ref"].rpartition("/")[2]], **part} if "$ref" in part else part)
        for key, part in schema["properties"].items()
    }
    required = [key for key in schema["required"] if key != "name"]
    return {"$schema": _DIALECT, **schema, "properties": properties, "required": required}


def _without_null(part: dict[str, Any]) -> dict[str, Any]:
    """A key, or a table and its keys, without what TOML can't say and what is for bert_tf's own messages."""
    kept = {key: value for key, value in part.items() if key not in ("$ref", "allowed", "anyOf")}
    if kept.get("default", "") is None:
        del kept["default"]
    if "properties" in part:
        kept["properties"] = {key: _without_null(inner) for key, inner in part["properties"].items()}
    kinds = [kind for kind in part.get("anyOf", ()) if kind["type"] != "null"]
    if len(kinds) > 1:
        kept["anyOf"] = kinds
    elif kinds:
        kept = {**kinds[0], **kept}
    if "prefixItems" in kept:
        kept["items"] = kept.pop("prefixItems")  # its name before 2020
    return kept
