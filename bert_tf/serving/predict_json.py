"""Predict in JSON: row format (`instances`, `predictions`) and columnar format (`inputs`, `outputs`).

The rules and the words are those of tensorflow_serving/util/json_tensor.cc; what is said of them in public stands at
tensorflow.org/tfx/serving/api_rest.
"""

import itertools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2

from bert_tf.serving.json_values import elements_of, is_base64, plain_values, shown, write
from bert_tf.serving.limits import RequestLimits
from bert_tf.serving.status import StatusError, invalid
from bert_tf.serving.tensors import Arrays, bracketed

Wanted = Mapping[str, meta_graph_pb2.TensorInfo]

_MOST_DIMENSIONS = 32


def is_row_format(document: Mapping[str, Any]) -> bool:
    """Whether a request is in row format; raises StatusError where it is in neither or in both."""
    if "instances" in document and "inputs" in document:
        raise invalid(
            f"JSON Value: {shown(document)} Not formatted correctly expecting only one of 'inputs' or 'instances' "
            "keys to exist "
        )
    if "instances" not in document and "inputs" not in document:
        raise invalid("Missing 'inputs' or 'instances' key")
    return "instances" in document


def arrays_of(document: Mapping[str, Any], wanted: Wanted, limits: RequestLimits) -> Arrays:
    """The inputs of a request by name, of the types that the signature wants.

    Args:
        document: The request.
        wanted: The signature's inputs.
        limits: Asked before the values are looked at, which takes long where they are many.

    Raises:
        StatusError: INVALID_ARGUMENT: a list is ragged, a value is of another type, an input is missing.
    """
    # The map of a message can't be asked for a text with half of a surrogate pair.
    plain = dict(wanted)
    if is_row_format(document):
        return _from_rows(document["instances"], plain, limits)
    return _from_columns(document["inputs"], plain, limits)


def response_of(outputs: Mapping[str, np.ndarray], *, rows: bool) -> bytes:
    """The answer in the format of the request; one output drops its name.

    Raises:
        StatusError: INVALID_ARGUMENT: row format, and the outputs have no rows or not equally many.
    """
    values = {
        name: plain_values(array, as_base64=name.endswith("_bytes") and array.dtype == object)
        for name, array in outputs.items()
    }
    if not rows:
        return write({"outputs": values if len(values) > 1 else next(iter(values.values()))})
    count = _count_of(outputs)
    if len(values) == 1:
        return write({"predictions": next(iter(values.values()))})
    return write({"predictions": [{name: column[row] for name, column in values.items()} for row in range(count)]})


def _count_of(outputs: Mapping[str, np.ndarray]) -> int:
    sizes = {}
    for name, array in outputs.items():
        if array.ndim == 0:
            raise invalid(f"Tensor name: {name} has no shape information ")
        if len(array) < 1:
            raise invalid(f"Tensor name: {name} has invalid batch size: {len(array)}")
        sizes[name] = len(array)
    name, count = next(iter(sizes.items()))
    for other, size in sizes.items():
        if size != count:
            raise invalid(f"Tensor name: {other} has inconsistent batch size: {size} expecting: {count}")
    return count


def _from_columns(value: Any, wanted: Wanted, limits: RequestLimits) -> Arrays:
    if isinstance(value, dict) and not is_base64(value):
        for name in wanted:
            if name not in value:
                raise invalid(f"Missing named input: {name} in 'inputs' object.")
        return {name: _column(name, value[name], info, limits) for name, info in wanted.items()}
    if len(wanted) > 1:
        raise invalid(
            "inputs is a plain value/list, but expecting an object as multiple input tensors required as per "
            "tensorinfo_map"
        )
    return {name: _column(name, value, info, limits) for name, info in wanted.items()}


def _from_rows(instances: Any, wanted: Wanted, limits: RequestLimits) -> Arrays:
    if not isinstance(instances, list):
        raise invalid(f"JSON Value: {shown({'instances': instances})} Excepting 'instances' to be an list/array")
    if not instances:
        raise invalid(f"JSON Value: {shown({'instances': instances})} No values in 'instances' array")
    limits.check_shape("instances", [len(instances)])
    if not isinstance(instances[0], dict) and len(wanted) > 1:
        raise invalid(
            "instances is a plain list, but expecting list of objects as multiple input tensors required as per "
            "tensorinfo_map"
        )
    named = isinstance(instances[0], dict) and not is_base64(instances[0])
    for index, instance in enumerate(instances):
        _check_instance(index, instance, named=named, wanted=wanted)
    if not named:
        return {name: _rows(name, instances, info, limits, key="") for name, info in wanted.items()}
    return {
        name: _rows(name, [instance[name] for instance in instances], info, limits, key=f" key: {name}")
        for name, info in wanted.items()
    }


def _check_instance(index: int, instance: Any, *, named: bool, wanted: Wanted) -> None:
    is_object = isinstance(instance, dict) and not is_base64(instance)
    if named and not is_object:
        raise invalid(f"Expecting object but got list at item {index} of input list")
    if is_object and not named:
        raise invalid(f"Expecting value/list but got object at item {index} of input list")
    if not named:
        return
    for name in instance:
        if name not in wanted:
            raise invalid(
                f"Failed to process element: {index} key: {name} of 'instances' list. Error: INVALID_ARGUMENT: "
                f"JSON object: does not have named input: {name}"
            )
    if len(instance) != len(wanted):
        raise invalid(
            f"Failed to process element: {index} of 'instances' list. JSON object: {shown(instance)} keys must be "
            f"equal to: {','.join(sorted(wanted))}"
        )


def _column(name: str, value: Any, info: meta_graph_pb2.TensorInfo, limits: RequestLimits) -> np.ndarray:
    dtype, shape = tf.as_dtype(info.dtype), _shape_of(value)
    limits.check_shape(name, shape)
    return _array(elements_of(_leaves(value, shape), dtype), shape, dtype)


def _rows(
    name: str, values: list[Any], info: meta_graph_pb2.TensorInfo, limits: RequestLimits, *, key: str
) -> np.ndarray:
    dtype, shape = tf.as_dtype(info.dtype), _shape_of(values[0])
    limits.check_shape(name, [len(values), *shape])
    elements: list[Any] = []
    for index, value in enumerate(values):
        try:
            _check_same_shape(_shape_of(value), shape)
            elements += elements_of(_leaves(value, shape), dtype)
        except StatusError as problem:
            raise invalid(
                f"Failed to process element: {index}{key} of 'instances' list. Error: INVALID_ARGUMENT: "
                f"{problem.message}"
            ) from problem
    return _array(elements, (len(values), *shape), dtype)


def _check_same_shape(found: tuple[int, ...], first: tuple[int, ...]) -> None:
    if math.prod(found) != math.prod(first):
        raise invalid(f"Expecting tensor size: {math.prod(first)} but got: {math.prod(found)}")
    if found != first:
        raise invalid(f"Expecting shape {bracketed(first)} but got: {bracketed(found)}")


def _array(elements: list[Any], shape: tuple[int, ...], dtype: tf.DType) -> np.ndarray:
    array = np.empty(len(elements), dtype=dtype.as_numpy_dtype)
    array[:] = elements
    return array.reshape(shape)


def _shape_of(value: Any) -> tuple[int, ...]:
    """How long the first list is at each level; () of a value that is no list."""
    shape: list[int] = []
    while isinstance(value, list):
        shape.append(len(value))
        if len(shape) > _MOST_DIMENSIONS:
            raise invalid(f"JSON Value: {shown(value)} lists are nested more than {_MOST_DIMENSIONS} deep")
        if not value:
            break
        value = value[0]
    return tuple(shape)


def _leaves(value: Any, shape: tuple[int, ...]) -> list[Any]:
    """What stands at the bottom; at each level every list must be as long as the first one there."""
    values = [value]
    for level, size in enumerate(shape):
        for each in values:
            if not isinstance(each, list):
                raise invalid(
                    f"JSON Value: {shown(each)} found at incorrect level: {level + 1} in the JSON DOM. "
                    f"Expected at level: {len(shape)}"
                )
            if len(each) != size:
                raise invalid(
                    f"Encountered list at unexpected size: {len(each)} at level: {level} expected size: {size}"
                )
        values = list(itertools.chain.from_iterable(values))
    if any(isinstance(each, list) for each in values):
        raise invalid(f"Encountered list at unexpected level: {len(shape)} expected < {len(shape)}")
    return values
