import functools
import json

import numpy as np
import pytest
from tensorflow.core.framework import types_pb2
from tensorflow.core.protobuf import meta_graph_pb2

from bert_tf.serving import predict_json
from bert_tf.serving.limits import RequestLimits
from bert_tf.serving.predict_json import response_of
from bert_tf.serving.status import StatusError

STRING = meta_graph_pb2.TensorInfo(dtype=types_pb2.DT_STRING)
INT = meta_graph_pb2.TensorInfo(dtype=types_pb2.DT_INT32)
FLOAT = meta_graph_pb2.TensorInfo(dtype=types_pb2.DT_FLOAT)

arrays_of = functools.partial(predict_json.arrays_of, limits=RequestLimits())


def test_rows_and_columns_are_the_same():
    wanted = {"a": INT, "b": STRING}
    rows = arrays_of({"instances": [{"a": [1, 2], "b": "x"}, {"a": [3, 4], "b": {"b64": "eQ=="}}]}, wanted)
    columns = arrays_of({"inputs": {"a": [[1, 2], [3, 4]], "b": ["x", "y"]}}, wanted)
    for found in (rows, columns):
        assert found["a"].dtype == np.int32
        assert found["a"].tolist() == [[1, 2], [3, 4]]
        assert found["b"].tolist() == [b"x", b"y"]


def test_one_input_without_its_name():
    for document in ({"instances": [1.5, 2]}, {"inputs": [1.5, 2]}, {"inputs": {"x": [1.5, 2]}}):
        assert arrays_of(document, {"x": FLOAT})["x"].tolist() == [1.5, 2.0]


def test_a_scalar_and_empty_lists():
    assert arrays_of({"inputs": 7.0}, {"x": FLOAT})["x"].shape == ()
    assert arrays_of({"inputs": []}, {"x": STRING})["x"].shape == (0,)
    assert arrays_of({"inputs": [[], []]}, {"x": INT})["x"].shape == (2, 0)


@pytest.mark.parametrize("depth", [34, 65, 900, 5000])
def test_lists_nested_too_deeply(depth):
    value = 7
    for _ in range(depth):
        value = [value]
    for document in ({"inputs": value}, {"instances": value}, {"instances": [{"x": value}]}):
        with pytest.raises(StatusError, match="nested more than 32 deep"):
            arrays_of(document, {"x": INT})


@pytest.mark.parametrize(
    ("document", "limits", "words"),
    [
        ({"instances": [["a"]] * 3}, {"texts": 2}, "3 rows"),
        ({"instances": [{"x": ["a", "b"]}] * 3}, {"row_elements": 1}, "2 elements in a row of x"),
        ({"inputs": {"x": [["a", "b"]] * 3}}, {"row_elements": 1}, "2 elements in a row of x"),
        ({"inputs": [["a", "b"]] * 3}, {"texts": 2}, "3 rows"),
        ({"inputs": [["a", "b"]] * 3}, {"elements": 5}, "more than 5 values"),
    ],
)
def test_shapes_are_checked_before_values(document, limits, words):
    with pytest.raises(StatusError, match=words):
        predict_json.arrays_of(document, {"x": INT}, RequestLimits(**limits))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (
            [[1, 2], [1, "2"]],
            r"element: 1 of .instances. list. Error: INVALID_ARGUMENT: JSON Value: \"2\" Type: String is",
        ),
        ([[1, 2], [1]], "element: 1 of .instances. list. Error: INVALID_ARGUMENT: Expecting tensor size: 2 but got: 1"),
        ([[[1, 2]], [[1], [2]]], r"Expecting shape \[1,2\] but got: \[2,1\]"),
        ([[[1], [2]], [[1], 2]], "element: 1 of .*found at incorrect level: 2 in the JSON DOM. Expected at level: 2"),
        ([{"x": 1}, {"x": None}], "element: 1 key: x of .instances. list. Error: INVALID_ARGUMENT: JSON Value: null"),
    ],
)
def test_the_row_that_is_wrong_is_named(rows, words):
    with pytest.raises(StatusError, match=words):
        arrays_of({"instances": rows}, {"x": INT})


def test_one_output_drops_its_name_and_bytes_are_base64():
    outputs = {"y": np.array([1.0, np.nan], np.float32)}
    assert response_of(outputs, rows=True) == b'{"predictions":[1.0,NaN]}'
    assert response_of(outputs, rows=False) == b'{"outputs":[1.0,NaN]}'
    text = np.array([b"hi"], dtype=object)
    content = {"a_bytes": text, "n": np.array([2], np.int32), "s": text}
    row = {"a_bytes": {"b64": "aGk="}, "n": 2, "s": "hi"}
    assert json.loads(response_of(content, rows=True)) == {"predictions": [row]}
    assert json.loads(response_of(content, rows=False)) == {"outputs": {name: [row[name]] for name in row}}
    numbers = {"n_bytes": np.array([2], np.int32)}
    assert response_of(numbers, rows=True) == b'{"predictions":[2]}'


@pytest.mark.parametrize(
    ("outputs", "words"),
    [
        ({"y": np.float32(1).reshape(())}, "has no shape information"),
        ({"y": np.zeros(0, np.float32)}, "has invalid batch size: 0"),
        ({"y": np.zeros(2), "z": np.zeros(3)}, "has inconsistent batch size: 3 expecting: 2"),
    ],
)
def test_outputs_without_rows(outputs, words):
    with pytest.raises(StatusError, match=words):
        response_of(outputs, rows=True)
    response_of(outputs, rows=False)
