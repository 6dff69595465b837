"""What a key of the recipe may hold: its part of the schema, and that part in words."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bert_tf.recipe.merged_schema import choices, merged_schema
from bert_tf.recipe.schema import Recipe

_BOUNDS = {
    "exclusiveMinimum": "above",
    "minimum": "at least",
    "exclusiveMaximum": "below",
    "maximum": "at most",
}


def schema_at(path: Sequence[str], models: Iterable[type[Recipe]]) -> Mapping[str, Any]:
    """The JSON Schema of a key, or of a table: `("training", "epochs")`; `()` is the whole recipe.

    Args:
        path: The key; in a list of tables, the number of one.
        models: Of recipes of the tasks that are meant.
    """
    found = merged_schema(tuple(models))
    for part in path:
        found = found["items"] if part.isdigit() else _table(found)["properties"][part]
    return found


def _table(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of a table that may be left out, the table; what is none stays."""
    return next((kind for kind in kinds_of(schema) if "properties" in kind), schema)


def kinds_of(schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The kinds of value that a key takes. TOML has no null: an optional key is left out."""
    return [kind for kind in schema.get("anyOf", [schema]) if kind.get("type") != "null"]


def allowed(path: Sequence[str], models: Iterable[type[Recipe]]) -> str:
    """What a key may hold, as a reader would say it: "a whole number at least 1"; see `schema_at`."""
    return ", or ".join(_in_words(kind) for kind in kinds_of(schema_at(path, models)))


def _in_words(schema: Mapping[str, Any]) -> str:
    if "allowed" in schema:
        return str(schema["allowed"])
    if few := choices(schema):
        return " | ".join(json.dumps(choice, ensure_ascii=False) for choice in few)
    match schema["type"]:
        case "array" if "prefixItems" in schema:
            return f"[{', '.join(map(_in_words, schema['prefixItems']))}]"
        case "array":
            least = schema.get("minItems", 0)
            if "properties" in schema.get("items", {}):
                return "a list of tables"
            return f"a list of at least {least} strings" if least > 1 else "a list of strings"
        case "object":
            return "a table" if "properties" in schema else "a table of label = weight"
        case "string":
            return "one character" if schema.get("maxLength") == 1 else "a string in quotes"
        case "boolean":
            return "true | false"
    bounds = " and ".join(f"{word} {schema[key]:g}" for key, word in _BOUNDS.items() if key in schema)
    return f"{'a whole number' if schema['type'] == 'integer' else 'a number'} {bounds}".strip()
