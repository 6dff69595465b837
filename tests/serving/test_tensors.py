import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2, types_pb2
from tensorflow.core.protobuf import meta_graph_pb2

from bert_tf.serving.limits import RequestLimits
from bert_tf.serving.status import StatusError
from bert_tf.serving.tensors import array_of, arrays_of_protos, check_inputs, proto_of

MOST = 1 << 20


@pytest.mark.parametrize(
    "array",
    [
        np.array([[1.5, np.inf]], np.float32),
        np.array([1, -1], np.int32),
        np.array([2**62]),
        np.array([True, False]),
        np.array([b"a", b"\x00\xff", b""], dtype=object),
        np.zeros([0, 3], np.float32),
        np.array([1.5], np.float16),
    ],
)
def test_there_and_back(array):
    found = array_of(proto_of(array), name="x", most_bytes=MOST)
    assert found.dtype == array.dtype
    assert found.shape == array.shape
    assert found.tolist() == array.tolist()


def test_numbers_stand_in_their_field():
    assert list(proto_of(np.array([1.5, 2.0], np.float32)).float_val) == [1.5, 2.0]


def test_a_negative_length():
    proto = tf.make_tensor_proto([b"a", b"b"])
    proto.tensor_shape.dim[0].size = -1
    with pytest.raises(StatusError, match="tensor parsing error: x"):
        array_of(proto, name="x", most_bytes=MOST)


@pytest.mark.parametrize(
    "proto",
    [
        tensor_pb2.TensorProto(dtype=types_pb2.DT_INVALID),
        tensor_pb2.TensorProto(dtype=types_pb2.DT_RESOURCE),
        tensor_pb2.TensorProto(dtype=types_pb2.DT_FLOAT, tensor_content=b"abc"),
        tensor_pb2.TensorProto(dtype=types_pb2.DT_UINT8, int_val=[-1]),
    ],
)
def test_messages_that_do_not_fit_together(proto):
    with pytest.raises(StatusError, match="tensor parsing error: x"):
        array_of(proto, name="x", most_bytes=MOST)


def test_a_small_message_for_a_large_array():
    proto = tf.make_tensor_proto([1.0])
    proto.tensor_shape.dim[0].size = 2**40
    with pytest.raises(StatusError, match="larger than"):
        array_of(proto, name="x", most_bytes=MOST)


def repeated(value, count):
    proto = tf.make_tensor_proto([value])
    proto.tensor_shape.dim[0].size = count
    return proto


def test_a_text_that_stands_for_many():
    text = b"a" * 1000
    assert array_of(repeated(text, 1000), name="x", most_bytes=MOST).tolist() == [text] * 1000
    with pytest.raises(StatusError, match="larger than 1048576 bytes when its values are repeated"):
        array_of(repeated(text, 1048), name="x", most_bytes=MOST)


def test_inputs_are_counted_together():
    limits = RequestLimits(request_bytes=1 << 20, elements=1000)
    assert arrays_of_protos({"x": repeated(b"a" * 1000, 300), "y": repeated(1, 700)}, limits)["y"].sum() == 700
    with pytest.raises(StatusError, match="tensor y is larger than"):
        arrays_of_protos({"x": repeated(b"a" * 2000, 300), "y": repeated(b"a" * 2000, 300)}, limits)
    with pytest.raises(StatusError, match="more than 1,000 values"):
        arrays_of_protos({"x": repeated(1, 600), "y": repeated(1, 600)}, limits)


def test_more_values_than_a_shape_has_are_not_looked_at():
    proto = tensor_pb2.TensorProto(dtype=types_pb2.DT_INT32, int_val=[1] * 100)
    proto.tensor_shape.dim.add(size=2)
    with pytest.raises(StatusError, match="tensor parsing error: x"):
        array_of(proto, name="x", most_bytes=MOST)


def signature(**inputs):
    made = meta_graph_pb2.SignatureDef()
    for name, (dtype, shape) in inputs.items():
        made.inputs[name].dtype = dtype.as_datatype_enum
        made.inputs[name].tensor_shape.CopyFrom(tf.TensorShape(shape).as_proto())
    return made


PAIR = signature(a=(tf.string, [None]), b=(tf.int32, [None, 2]))
TEXTS = np.array([b"x", b"y"], dtype=object)


def test_inputs_of_a_signature():
    assert check_inputs({"a": TEXTS, "b": np.zeros([2, 2], np.int32)}, PAIR) == 2
    assert check_inputs({"a": TEXTS[:0], "b": np.zeros([0, 2], np.int32)}, PAIR) == 0


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"a": TEXTS}, r"input size does not match signature: 1!=2 .*Missing but required: {b}"),
        ({"a": TEXTS, "c": TEXTS}, "input tensor alias not found in signature: c"),
        ({"a": TEXTS, "b": np.zeros([2, 2], np.int64)}, "Expects b to be int32 but int64 is provided"),
        ({"a": TEXTS, "b": np.zeros([2, 3], np.int32)}, r"Expects b to be of shape .* but \[2, 3\] is provided"),
        ({"a": TEXTS, "b": np.zeros([3, 2], np.int32)}, "must have equal 0th-dimension size"),
        ({"a": np.array(b"x", dtype=object), "b": np.zeros([2, 2], np.int32)}, "must have at least one dimension"),
    ],
)
def test_inputs_of_another(inputs, words):
    with pytest.raises(StatusError, match=words):
        check_inputs(inputs, PAIR)
