"""JSON and TOML that may be damaged or hostile: whatever is wrong with them is a ValueError that says it."""

import json
import math
import sys
import tomllib
from collections.abc import Mapping
from typing import Any

_DEEPEST = 100  # levels; what is written here has six
_LARGEST_BITS = 128  # of a whole number: transformers writes a tokenizer's "no limit" as 10**30
_TOO_DEEP = f"it is nested more than {_DEEPEST} levels deep"
_TOO_LARGE = f"a whole number in it is larger than {_LARGEST_BITS} bits"


def parse_json(content: bytes) -> Any:
    """The value of a JSON document in UTF-8.

    Raises:
        ValueError: it is no JSON, no UTF-8, nested deeper than 100 levels, or has a number beyond 128 bits.
    """
    try:
        value = json.loads(content.decode("utf-8"), parse_int=_whole_number)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    _check_size(value)
    return value


def parse_toml(content: bytes) -> dict[str, Any]:
    """The tables of a TOML document in UTF-8.

    Raises:
        ValueError: it is no TOML (then a `tomllib.TOMLDecodeError`), no UTF-8 (a UnicodeDecodeError), nested deeper
            than 100 levels, or has a number beyond 128 bits.
    """
    text = content.decode("utf-8").replace("\r\n", "\n")
    try:
        values = tomllib.loads(text)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    except tomllib.TOMLDecodeError:
        raise
    except ValueError:
        # Python's own limit on digits, which tomllib lets through.
        raise ValueError(_TOO_LARGE) from None
    _check_size(values)
    return values


def finite(value: Any) -> Any:
    """A value of JSON with None in the place of NaN and infinities, which JSON has no words for."""
    if isinstance(value, dict):
        return {key: finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def check_table(value: object, required: Mapping[str, type | tuple[type, ...]]) -> dict[str, Any]:
    """A value that is to be a table with these keys; raises ValueError where it isn't one, or a key has another type.

    Args:
        value: Of `parse_json`.
        required: Types by key; `float` takes whole numbers too, and a bool is no number.
    """
    if not isinstance(value, dict):
        raise ValueError("it is not a table of keys and values")
    for key, kind in required.items():
        if key not in value:
            raise ValueError(f"{key} is missing")
        kinds = kind if isinstance(kind, tuple) else (kind,)
        allowed = (*kinds, int) if float in kinds else kinds
        if not isinstance(value[key], allowed) or (isinstance(value[key], bool) and bool not in kinds):
            raise ValueError(f"its {key} is a {type(value[key]).__name__}")
    return value


def _whole_number(digits: str) -> int:
    if len(digits) > sys.int_info.default_max_str_digits:
        raise ValueError(_TOO_LARGE)
    return int(digits)


def _check_size(value: object) -> None:
    """Whatever walks or prints a value afterwards can rely on it: no recursion, no number without end."""
    level: list[object] = [value]
    for _ in range(_DEEPEST + 1):
        inner: list[object] = []
        for each in level:
            if isinstance(each, dict):
                inner += each.values()
            elif isinstance(each, list):
                inner += each
            elif isinstance(each, int) and each.bit_length() > _LARGEST_BITS:
                raise ValueError(_TOO_LARGE)
        if not inner:
            return
        level = inner
    raise ValueError(_TOO_DEEP)
