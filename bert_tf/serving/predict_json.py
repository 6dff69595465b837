"""Predict in JSON: row format (`instances`, `predictions`) and columnar format (`inputs`, `outputs`).

The rules and the words are those of tensorflow_serving/util/json_tensor.cc; what is said of them in public stands at
tensorflow.org/tfx/serving/api_rest.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2

from bert_tf.serving.json_values import element_of, is_base64, plain_values, shown, write
from bert_tf.serving.status import invalid
from bert_tf.serving.tensors import Arrays

Wanted = Mapping[str, meta_graph_pb2.TensorInfo]


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


def arrays_of(document: Mapping[str, Any], wanted: Wanted) -> Arrays:
    """The inputs of a request by name, of the types that the signature wants.

    Raises:
        StatusError: INVALID_ARGUMENT: a list is ragged, a value is of another type, an input is missing.
    """
    try:
        if is_row_format(document):
            return _from_rows(document["instances"], wanted)
        return _from_columns(document["inputs"], wanted)
    except RecursionError as problem:
        raise invalid("JSON Value: lists are nested too deeply") from problem


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


def _from_columns(value: Any, wanted: Wanted) -> Arrays:
    if isinstance(value, dict) and not is_base64(value):
        for name in wanted:
            if name not in value:
                raise invalid(f"Missing named input: {name} in 'inputs' object.")
        return {name: _array(value[name], info) for name, info in wanted.items()}
    if len(wanted) > 1:
        raise invalid(
            "inputs is a plain value/list, but expecting an object as multiple input tensors required as per "
            "tensorinfo_map"
        )
    return {name: _array(value, info) for name, info in wanted.items()}


def _from_rows(instances: Any, wanted: Wanted) -> Arrays:
    if not isinstance(instances, list):
        raise invalid(f"JSON Value: {shown({'instances': instances})} Excepting 'instances' to be an list/array")
    if not instances:
        raise invalid(f"JSON Value: {shown({'instances': instances})} No values in 'instances' array")
    if not isinstance(instances[0], dict) and len(wanted) > 1:
        raise invalid(
            "instances is a plain list, but expecting list of objects as multiple input tensors required as per "
            "tensorinfo_map"
        )
    named = isinstance(instances[0], dict) and not is_base64(instances[0])
    for index, instance in enumerate(instances):
        _check_instance(index, instance, named=named, wanted=wanted)
    if not named:
        return {name: _rows(instances, info, key="") for name, info in wanted.items()}
    return {
        name: _rows([instance[name] for instance in instances], info, key=f" key: {name}")
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
            f"Failed to process element: {index} of 'instances' list. JSON object: {shown(instance)} must only have "
            f"keys: {','.join(sorted(wanted))}"
        )


def _rows(values: list[Any], info: meta_graph_pb2.TensorInfo, *, key: str) -> np.ndarray:
    shape = _shape_of(values[0])
    for index, value in enumerate(values):
        if _shape_of(value) != shape:
            raise invalid(
                f"Failed to process element: {index}{key} of 'instances' list. Error: INVALID_ARGUMENT: Expecting "
                f"shape {_bracketed(shape)} but got: {_bracketed(_shape_of(value))}"
            )
    return _array(values, info)


def _array(value: Any, info: meta_graph_pb2.TensorInfo) -> np.ndarray:
    """An array of a value: a scalar, or lists that are as long as their first ones at each level."""
    dtype = tf.as_dtype(info.dtype)
    shape = _shape_of(value)
    flat: list[Any] = []
    _fill(value, shape, 0, dtype, flat)
    array = np.empty(len(flat), dtype=dtype.as_numpy_dtype)
    array[:] = flat
    return array.reshape(shape)


def _shape_of(value: Any) -> tuple[int, ...]:
    shape = []
    while isinstance(value, list):
        shape.append(len(value))
        if not value:
            break
        value = value[0]
    return tuple(shape)


def _fill(value: Any, shape: tuple[int, ...], level: int, dtype: tf.DType, flat: list[Any]) -> None:
    if not isinstance(value, list):
        if level != len(shape):
            raise invalid(
                f"JSON Value: {shown(value)} found at incorrect level: {level + 1} in the JSON DOM. "
                f"Expected at level: {len(shape)}"
            )
        flat.append(element_of(value, dtype))
        return
    if level >= len(shape):
        raise invalid(f"Encountered list at unexpected level: {level} expected < {len(shape)}")
    if len(value) != shape[level]:
        raise invalid(
            f"Encountered list at unexpected size: {len(value)} at level: {level} expected size: {shape[level]}"
        )
    for inner in value:
        _fill(inner, shape, level + 1, dtype, flat)


def _bracketed(shape: tuple[int, ...]) -> str:
    return f"[{','.join(map(str, shape))}]"
