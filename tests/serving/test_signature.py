import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2
from tensorflow_serving.apis import input_pb2

from bert_tf.serving.limits import RequestLimits
from bert_tf.serving.signature import (
    classifications_of,
    classify_signature,
    predict_signature,
    refuse_regress,
    serialized_examples,
)
from bert_tf.serving.status import StatusError


def signature(inputs, outputs):
    made = meta_graph_pb2.SignatureDef()
    for name in inputs:
        made.inputs[name].dtype = 7
    for name in outputs:
        made.outputs[name].dtype = 1
    return made


def test_the_default_signature():
    signatures = {"serving_default": signature(["x"], ["y"])}
    assert predict_signature(signatures, "")[0] == "serving_default"
    with pytest.raises(StatusError) as caught:
        predict_signature(signatures, "other")
    assert caught.value.code == grpc.StatusCode.FAILED_PRECONDITION


@pytest.mark.parametrize(
    ("inputs", "outputs", "words"),
    [
        (["inputs", "more"], ["scores"], "Expected one input Tensor."),
        (["inputs"], ["scores", "classes", "more"], "Expected one or two output Tensors, found 3"),
        (["text"], ["scores"], "No classification inputs found"),
        (["inputs"], ["label"], "to contain at least one of"),
    ],
)
def test_signatures_that_are_not_for_classify(inputs, outputs, words):
    with pytest.raises(StatusError, match=words):
        classify_signature({"serving_default": signature(inputs, outputs)}, "")


@pytest.mark.parametrize("outputs", [["scores"], ["classes"], ["classes", "scores"]])
def test_signatures_for_classify(outputs):
    assert classify_signature({"c": signature(["inputs"], outputs)}, "c") == "c"


def test_regress_is_refused():
    signatures = {"a": signature(["x", "y"], ["z"]), "b": signature(["x"], ["y", "z"]), "c": signature(["x"], ["y"])}
    assert refuse_regress(signatures, "a").message == "Expected one input Tensor."
    assert refuse_regress(signatures, "b").message == "Expected one output Tensor."
    assert "No regression inputs found" in refuse_regress(signatures, "c").message


def test_examples_with_context():
    given = input_pb2.Input()
    with pytest.raises(StatusError, match=r"Input is empty."):
        serialized_examples(given, RequestLimits())
    given.example_list_with_context.context.features.feature["c"].int64_list.value.append(7)
    given.example_list_with_context.examples.add().features.feature["a"].int64_list.value.append(1)
    (found,) = serialized_examples(given, RequestLimits())
    assert set(tf.train.Example.FromString(found).features.feature) == {"a", "c"}


def test_classes_and_scores():
    classes = np.array([[b"a", b"b"]], dtype=object)
    scores = np.array([[0.2, 0.8]], np.float32)
    assert classifications_of({"classes": classes, "scores": scores}, rows=1) == [[("a", 0.2), ("b", 0.8)]]
    assert classifications_of({"classes": classes}, rows=1) == [[("a", 0.0), ("b", 0.0)]]
    assert classifications_of({"scores": scores}, rows=1) == [[("", 0.2), ("", 0.8)]]


@pytest.mark.parametrize(
    ("outputs", "words"),
    [
        ({"scores": np.zeros(2, np.float32)}, "batch_size num_classes"),
        ({"scores": np.zeros([2, 1])}, "DT_FLOAT"),
        ({"classes": np.zeros([2, 1], np.float32)}, "DT_STRING"),
        ({"scores": np.zeros([3, 1], np.float32)}, "batch size of 2. Got: 3"),
        ({"scores": np.zeros([2, 1], np.float32), "classes": np.full([2, 2], b"", object)}, "should match"),
    ],
)
def test_outputs_that_are_no_classes(outputs, words):
    with pytest.raises(StatusError, match=words):
        classifications_of(outputs, rows=2)


def with_context(size, count):
    given = input_pb2.Input()
    given.example_list_with_context.context.features.feature["c"].bytes_list.value.append(b"a" * size)
    for _ in range(count):
        given.example_list_with_context.examples.add()
    return given


def test_a_context_is_not_copied_without_end():
    assert len(serialized_examples(with_context(1000, 1000), RequestLimits())) == 1000
    with pytest.raises(StatusError, match="larger than 8,388,608 bytes") as caught:
        serialized_examples(with_context(100_000, 1000), RequestLimits())
    assert caught.value.code == grpc.StatusCode.RESOURCE_EXHAUSTED


def test_the_number_of_examples_is_told_first():
    with pytest.raises(StatusError, match="7 rows"):
        serialized_examples(with_context(1, 7), RequestLimits(texts=6, request_bytes=1))
