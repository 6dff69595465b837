"""Classify and Regress in JSON: `examples` and their `context`, and `results`.

The rules and the words are those of tensorflow_serving/util/json_tensor.cc.
"""

import math
from collections.abc import Sequence
from typing import Any

from tensorflow.core.example import example_pb2, feature_pb2

from bert_tf.serving.json_values import bytes_of, is_base64, shown, type_name, utf8_of, write
from bert_tf.serving.limits import RequestLimits
from bert_tf.serving.serialized_examples import with_context
from bert_tf.serving.status import invalid

_LARGEST_FLOAT = 3.4028234663852886e38
_INT64 = 2**63


def examples_of(document: dict[str, Any], limits: RequestLimits) -> list[bytes]:
    """The serialised examples of a request, each with the context's features; raises StatusError INVALID_ARGUMENT.

    Args:
        document: The request.
        limits: Of the number of examples, of a feature's values and of all of it.
    """
    context = b""
    if "context" in document:
        context = _example(document["context"], limits).SerializeToString()
    examples = _listed(document)
    limits.check_shape("examples", [len(examples)])
    return with_context(context, [_example(example, limits).SerializeToString() for example in examples], limits)


def results_of(results: Sequence[Any]) -> bytes:
    """`{"results": […]}`: of Classify `[["label", score], …]` for each example, of Regress a number."""
    return write({"results": results})


def _listed(document: dict[str, Any]) -> list[Any]:
    if "examples" not in document:
        raise invalid(
            f"JSON Value: {shown(document)} When method is classify, key 'examples' is expected and was not found"
        )
    examples = document["examples"]
    if not isinstance(examples, list):
        raise invalid(f"JSON Value: {shown(document)} Expecting 'examples' value to be an list/array")
    if not examples:
        raise invalid(f"JSON Value: {shown(document)} 'examples' value is an empty array")
    return examples


def _example(value: Any, limits: RequestLimits) -> example_pb2.Example:
    if not isinstance(value, dict):
        raise invalid(f"Example must be JSON object but got JSON {type_name(value)}")
    features = {}
    for name, content in value.items():
        values = content if isinstance(content, list) else [content]
        limits.check_shape(name, [1, len(values)])
        features[utf8_of(name).decode("utf-8", "replace")] = _feature(name, values)
    return example_pb2.Example(features=feature_pb2.Features(feature=features) if features else None)


def _feature(name: str, values: list[Any]) -> feature_pb2.Feature:
    kinds = [_kind(name, value) for value in values]
    if len(set(kinds)) > 1:
        raise invalid(f"Unexpected element type in feature: {name} expecting type: {kinds[0]}")
    if not values:
        return feature_pb2.Feature()
    if kinds[0] == "bytes":
        content = [bytes_of(value) if isinstance(value, dict) else utf8_of(value) for value in values]
        return feature_pb2.Feature(bytes_list=feature_pb2.BytesList(value=content))
    if kinds[0] == "float":
        return feature_pb2.Feature(float_list=feature_pb2.FloatList(value=[_float(value) for value in values]))
    return feature_pb2.Feature(int64_list=feature_pb2.Int64List(value=[_int64(name, value) for value in values]))


def _kind(name: str, value: Any) -> str:
    if isinstance(value, str) or is_base64(value):
        return "bytes"
    if isinstance(value, bool | int):
        return "int64"
    if isinstance(value, float):
        return "float"
    raise invalid(f"Feature: {name} has element with unexpected JSON type: {type_name(value)}")


def _float(value: float) -> float:
    if math.isfinite(value) and abs(value) > _LARGEST_FLOAT:
        raise invalid(f"Cannot convert JSON value: {shown(value)} to float without loss of precision.")
    return value


def _int64(name: str, value: int) -> int:
    if not -_INT64 <= value < _INT64:
        raise invalid(f"Feature: {name} has uint64 element. Only int64 is supported.")
    return int(value)
