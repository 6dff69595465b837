import functools
import json
import math

import pytest
import tensorflow as tf

from bert_tf.serving import example_json
from bert_tf.serving.example_json import results_of
from bert_tf.serving.limits import RequestLimits
from bert_tf.serving.status import StatusError

examples_of = functools.partial(example_json.examples_of, limits=RequestLimits())


def features(serialized):
    return tf.train.Example.FromString(serialized).features.feature


def test_kinds_of_features():
    (found,) = examples_of(
        {"examples": [{"s": "ß", "b": {"b64": "/w=="}, "l": ["a", {"b64": "aGk="}], "i": [1, True], "f": 1.5, "e": []}]}
    )
    feature = features(found)
    assert feature["s"].bytes_list.value == ["ß".encode()]
    assert feature["b"].bytes_list.value == [b"\xff"]
    assert feature["l"].bytes_list.value == [b"a", b"hi"]
    assert feature["i"].int64_list.value == [1, 1]
    assert feature["f"].float_list.value == [1.5]
    assert feature["e"].WhichOneof("kind") is None


def test_context_is_merged_into_each_example():
    found = examples_of({"context": {"c": 1}, "examples": [{"a": 1}, {"a": 2}]})
    assert [features(each)["c"].int64_list.value[0] for each in found] == [1, 1]
    assert [features(each)["a"].int64_list.value[0] for each in found] == [1, 2]


@pytest.mark.parametrize("value", [[1, 1.5], ["a", 1], 1e39, 2**63, {"b64": 1}, None, [[1]]])
def test_features_that_are_none(value):
    with pytest.raises(StatusError):
        examples_of({"examples": [{"a": value}]})


@pytest.mark.parametrize("document", [{"examples": [{}] * 3}, {"examples": [{"a": [1] * 3}]}])
def test_numbers_are_told_before_values_are_looked_at(document):
    with pytest.raises(StatusError, match="3 rows|3 elements in a row of a"):
        example_json.examples_of(document, RequestLimits(texts=2, row_elements=2))


def test_copies_of_a_context_count():
    document = {"context": {"c": "a" * 400}, "examples": [{}, {}]}
    assert len(example_json.examples_of(document, RequestLimits(request_bytes=900))) == 2
    with pytest.raises(StatusError, match="larger than 800 bytes"):
        example_json.examples_of(document, RequestLimits(request_bytes=800))


def test_results_of_classify():
    assert json.loads(results_of([[("a", 0.25), ("b", 0.75)], []])) == {"results": [[["a", 0.25], ["b", 0.75]], []]}


def test_results_of_regress():
    # As in TensorFlow Serving's json_tensor_test.cc; its pages say `result`.
    assert results_of([0.2, math.inf, 1.0, -math.inf, math.nan]) == b'{"results":[0.2,Infinity,1.0,-Infinity,NaN]}'
