"""Arrays, TensorProtos, and what a signature says of them."""

import itertools
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2, types_pb2
from tensorflow.core.protobuf import meta_graph_pb2

from bert_tf.serving.limits import RequestLimits
from bert_tf.serving.status import invalid

Arrays = dict[str, np.ndarray]

# TensorFlow Serving 2.x answers in these fields and not in tensor_content.
_FIELDS = {
    types_pb2.DT_FLOAT: "float_val",
    types_pb2.DT_DOUBLE: "double_val",
    types_pb2.DT_INT32: "int_val",
    types_pb2.DT_INT64: "int64_val",
    types_pb2.DT_BOOL: "bool_val",
    types_pb2.DT_STRING: "string_val",
}
_VALUE_FIELDS = [name for name in tensor_pb2.TensorProto.DESCRIPTOR.fields_by_name if name.endswith("_val")]
_LONGEST_ELEMENT = 8  # bytes
_MOST_NAMED = 100


def array_of(proto: tensor_pb2.TensorProto, *, name: str, most_bytes: int) -> np.ndarray:
    """The array in a message; strings are bytes objects.

    Args:
        proto: Any, also one that doesn't fit together.
        name: Of the input, for the message.
        most_bytes: A message of a few bytes may stand for an array of many: a value repeated.

    Raises:
        StatusError: INVALID_ARGUMENT: it doesn't fit together, or is too large.
    """
    _check_bytes(proto, name, most_bytes)
    try:
        return tf.make_ndarray(proto)
    except (ArithmeticError, LookupError, TypeError, ValueError) as problem:
        raise invalid(f"tensor parsing error: {name}") from problem


def arrays_of_protos(protos: Mapping[str, tensor_pb2.TensorProto], limits: RequestLimits) -> Arrays:
    """The arrays of a request, once it is known that all of them together are not too large.

    Raises:
        StatusError: INVALID_ARGUMENT as of `array_of`; RESOURCE_EXHAUSTED where they are too many values.
    """
    elements, left = 0, limits.request_bytes
    for name, proto in protos.items():
        left -= _check_bytes(proto, name, left)
        elements += _elements_of(proto, name)
    limits.check_elements(elements)
    return {name: array_of(proto, name=name, most_bytes=limits.request_bytes) for name, proto in protos.items()}


def _check_bytes(proto: tensor_pb2.TensorProto, name: str, most_bytes: int) -> int:
    """What a tensor takes at the most when its last value is repeated until its shape is filled."""
    elements, texts = _elements_of(proto, name), proto.string_val
    repeated = max(0, elements - len(texts)) * len(texts[-1]) if texts else 0
    size = elements * _LONGEST_ELEMENT + sum(map(len, texts)) + repeated
    if size > most_bytes:
        raise invalid(f"tensor {name} is larger than {most_bytes} bytes when its values are repeated to fill its shape")
    return size


def _elements_of(proto: tensor_pb2.TensorProto, name: str) -> int:
    """How many its shape says there are; raises StatusError where it holds more values than that."""
    elements = 1
    for dimension in proto.tensor_shape.dim:
        if dimension.size < 0:
            raise invalid(f"tensor parsing error: {name}")
        elements *= dimension.size
    # A complex number is two values.
    if any(len(getattr(proto, field)) > max(1, 2 * elements) for field in _VALUE_FIELDS):
        raise invalid(f"tensor parsing error: {name}")
    return elements


def proto_of(array: np.ndarray) -> tensor_pb2.TensorProto:
    """The message for an array, its values in the field of their type."""
    dtype = tf.string if array.dtype == object else tf.as_dtype(array.dtype)
    if dtype.as_datatype_enum not in _FIELDS:
        return tf.make_tensor_proto(array)
    proto = tensor_pb2.TensorProto(dtype=dtype.as_datatype_enum, tensor_shape=tf.TensorShape(array.shape).as_proto())
    getattr(proto, _FIELDS[proto.dtype]).extend(array.ravel().tolist())
    return proto


def bracketed(shape: Sequence[int]) -> str:
    """A shape as TensorFlow writes it: `[2,3]`."""
    return f"[{','.join(map(str, shape))}]"


def check_names(names: Collection[str], signature: meta_graph_pb2.SignatureDef) -> None:
    """Raises StatusError INVALID_ARGUMENT when an input is missing or unknown."""
    wanted = signature.inputs
    if len(names) != len(wanted):
        # Of a great many the first: nobody reads the others.
        sent, needed = sorted(itertools.islice(names, _MOST_NAMED)), sorted(wanted)
        raise invalid(
            f"input size does not match signature: {len(names)}!={len(needed)} len({{{','.join(sent)}}}) != "
            f"len({{{','.join(needed)}}}). Sent extra: {{{','.join(sorted(set(sent) - set(needed)))}}}. "
            f"Missing but required: {{{','.join(sorted(set(needed) - set(sent)))}}}."
        )
    for name in names:
        if name not in wanted:
            raise invalid(
                f"input tensor alias not found in signature: {name}. "
                f"Inputs expected to be in the set {{{','.join(sorted(wanted))}}}."
            )


def check_inputs(inputs: Mapping[str, np.ndarray], signature: meta_graph_pb2.SignatureDef) -> int:
    """The number of rows, when the inputs are those of a signature.

    Raises:
        StatusError: INVALID_ARGUMENT: an input is missing or unknown, of another type or shape, or has more or fewer
            rows than the others.
    """
    check_names(inputs, signature)
    for name, array in inputs.items():
        _check_type(name, array, signature.inputs[name])
    return _rows(inputs)


def _check_type(name: str, array: np.ndarray, wanted: meta_graph_pb2.TensorInfo) -> None:
    dtype = tf.string if array.dtype == object else tf.as_dtype(array.dtype)
    expected = tf.as_dtype(wanted.dtype)
    if dtype != expected:
        raise invalid(f"Expects {name} to be {expected.name} but {dtype.name} is provided")
    if array.ndim == 0:
        raise invalid("Batching Run() input tensors must have at least one dimension")
    shape = tf.TensorShape(wanted.tensor_shape)
    if not shape.is_compatible_with(array.shape):
        raise invalid(f"Expects {name} to be of shape {shape} but {list(array.shape)} is provided")


def _rows(inputs: Mapping[str, np.ndarray]) -> int:
    counts = {len(array) for array in inputs.values()}
    if not counts:
        raise invalid("Batching Run() must have at least one input tensor")
    if len(counts) > 1:
        raise invalid("Batching Run() input tensors must have equal 0th-dimension size")
    return counts.pop()
