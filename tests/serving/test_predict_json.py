import json

import numpy as np
import pytest
from tensorflow.core.framework import types_pb2
from tensorflow.core.protobuf import meta_graph_pb2

from bert_tf.serving.predict_json import arrays_of, response_of
from bert_tf.serving.status import StatusError

STRING = meta_graph_pb2.TensorInfo(dtype=types_pb2.DT_STRING)
INT = meta_graph_pb2.TensorInfo(dtype=types_pb2.DT_INT32)
FLOAT = meta_graph_pb2.TensorInfo(dtype=types_pb2.DT_FLOAT)


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


def test_lists_nested_too_deeply():
    value = []
    for _ in range(5000):
        value = [value]
    with pytest.raises(StatusError):
        arrays_of({"inputs": value}, {"x": INT})


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
