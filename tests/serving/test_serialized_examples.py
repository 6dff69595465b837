import grpc
import pytest
import tensorflow as tf
from tensorflow_serving.apis import input_pb2

from bert_tf.serving.limits import RequestLimits
from bert_tf.serving.serialized_examples import serialized_examples
from bert_tf.serving.status import StatusError


def test_examples_with_context():
    given = input_pb2.Input()
    with pytest.raises(StatusError, match=r"Input is empty."):
        serialized_examples(given, RequestLimits())
    given.example_list_with_context.context.features.feature["c"].int64_list.value.append(7)
    given.example_list_with_context.examples.add().features.feature["a"].int64_list.value.append(1)
    (found,) = serialized_examples(given, RequestLimits())
    assert set(tf.train.Example.FromString(found).features.feature) == {"a", "c"}


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
