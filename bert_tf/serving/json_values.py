"""JSON as TensorFlow Serving reads and writes it: `b64`, NaN and Infinity, bytes that are not UTF-8."""

import base64
import binascii
import contextlib
import json
from typing import Any

import numpy as np
import tensorflow as tf

from bert_tf.serving.limits import RequestLimits
from bert_tf.serving.status import invalid

_INTEGERS = {"int8", "int16", "int32", "int64", "uint8", "uint32", "uint64"}
# A byte that is no UTF-8 goes through as it is: TensorFlow Serving's parser doesn't look, and the model answers it.
_UNREADABLE = "surrogateescape"
_TYPE_NAMES: dict[type, str] = {dict: "Object", list: "Array", str: "String"}
# Characters of a value in a message; what is said of it shall still be read.
_SHOWN = 400


def parse_object(body: bytes, limits: RequestLimits) -> dict[str, Any]:
    """The object that a request's body is; raises StatusError INVALID_ARGUMENT when it is something else."""
    if not body:
        raise invalid("JSON Parse error: The document is empty")
    # Each value has one of these before it. A few bytes of JSON become a hundred of Python's.
    limits.check_elements(sum(body.count(mark) for mark in (b",", b"[", b"{")))
    try:
        document = json.loads(body.decode("utf-8-sig", _UNREADABLE))
    except json.JSONDecodeError as problem:
        raise invalid(f"JSON Parse error: {problem.msg} at offset: {problem.pos}") from problem
    except (ValueError, RecursionError) as problem:
        raise invalid("JSON Parse error: a number is too long, or arrays are nested too deeply") from problem
    if not isinstance(document, dict):
        raise invalid(f"JSON Value: {shown(document)} Is not object")
    return document


def signature_name_of(document: dict[str, Any]) -> str:
    """What `signature_name` says; empty where it isn't given."""
    name = document.get("signature_name", "")
    if not isinstance(name, str):
        raise invalid(
            f"JSON Value: {shown(document)} not formatted correctly. 'signature_name' key must be a string value."
        )
    return utf8_of(name).decode("utf-8", "replace")


def elements_of(values: list[Any], dtype: tf.DType) -> list[Any]:
    """Values that are no lists, as elements of a type; raises StatusError as `element_of` does, for the first."""
    # Token ids are many, and looking at them one by one takes longer than reading them.
    are_plain = dtype.name in _INTEGERS and set(map(type, values)) == {int}
    if are_plain and dtype.min <= min(values) and max(values) <= dtype.max:
        return values
    return [element_of(value, dtype) for value in values]


def element_of(value: Any, dtype: tf.DType) -> Any:
    """A value that is no list, as an element of a type; raises StatusError INVALID_ARGUMENT where it is none."""
    if dtype == tf.string:
        if isinstance(value, dict):
            return bytes_of(value)
        if isinstance(value, str):
            return utf8_of(value)
    elif dtype == tf.bool:
        if isinstance(value, bool):
            return value
    elif isinstance(value, int) and not isinstance(value, bool) and dtype.name in _INTEGERS:
        if dtype.min <= value <= dtype.max:
            return value
    elif dtype.is_floating and isinstance(value, int | float) and not isinstance(value, bool):
        return _decimal(value, dtype)
    raise invalid(f"JSON Value: {shown(value)} Type: {type_name(value)} is not of expected type: {_named(dtype)}")


def is_base64(value: Any) -> bool:
    """Whether a value is `{"b64": "…"}`."""
    return isinstance(value, dict) and len(value) == 1 and isinstance(value.get("b64"), str)


def bytes_of(value: dict[str, Any]) -> bytes:
    """The bytes in `{"b64": "…"}`, padded or not."""
    if not is_base64(value):
        raise invalid(f"JSON Value: {shown(value)} not formatted correctly for base64 data")
    encoded = value["b64"]
    try:
        return base64.b64decode(encoded.rstrip("=") + "=" * (-len(encoded.rstrip("=")) % 4), validate=True)
    except (binascii.Error, ValueError) as problem:
        raise invalid("Unable to base64 decode") from problem


def utf8_of(text: str) -> bytes:
    """A JSON string's bytes; raises StatusError for half of a surrogate pair."""
    try:
        return text.encode("utf-8", _UNREADABLE)
    except UnicodeEncodeError as problem:
        raise invalid("JSON Parse error: The surrogate pair in string is invalid.") from problem


def plain_values(array: np.ndarray, *, as_base64: bool) -> Any:
    """Nested lists for an array: floats in the fewest digits that give them back, strings as UTF-8 or as `b64`."""
    if array.dtype == object:
        flat: list[Any] = [_string(value, as_base64=as_base64) for value in array.ravel()]
    elif array.dtype == np.float32:
        # Through its shortest text: as a double, 0.2 would be 0.20000000298023224.
        flat = [float(str(value)) for value in array.ravel()]
    else:
        return array.tolist()
    return _nested(flat, array.shape)


def write(document: dict[str, Any]) -> bytes:
    """A document's bytes; what is not a number is NaN, Infinity or -Infinity, as TensorFlow Serving writes them."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def type_name(value: Any) -> str:
    """What TensorFlow Serving calls a value's kind."""
    if value is None:
        return "Null"
    if isinstance(value, bool):
        return str(value)
    return _TYPE_NAMES.get(type(value), "Number")


def shown(value: Any) -> str:
    """A value for a message; of a long one the beginning."""
    text = ""
    # A part at a time: a request may be of megabytes, or nested as deep as Python can read.
    with contextlib.suppress(RecursionError):
        for part in json.JSONEncoder().iterencode(value):
            text += part
            if len(text) > _SHOWN:
                break
        else:
            return text
    return f"{text[:_SHOWN]}…"


def _decimal(value: float, dtype: tf.DType) -> float:
    most = 2 ** (np.finfo(dtype.as_numpy_dtype).nmant + 1) - 1 if isinstance(value, int) else float(dtype.max)
    if abs(value) <= most or value in (float("inf"), float("-inf")) or value != value:
        return float(value)
    raise invalid(f"Cannot convert JSON value: {shown(value)} to {_named(dtype)} without loss of precision.")


def _named(dtype: tf.DType) -> str:
    return {"float32": "float", "float64": "double"}.get(dtype.name, dtype.name)


def _string(value: Any, *, as_base64: bool) -> Any:
    content = value.encode() if isinstance(value, str) else value
    return {"b64": base64.b64encode(content).decode()} if as_base64 else content.decode("utf-8", "replace")


def _nested(flat: list[Any], shape: tuple[int, ...]) -> Any:
    values = np.empty(len(flat), dtype=object)
    values[:] = flat
    return values.reshape(shape).tolist()
