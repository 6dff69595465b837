import grpc
import numpy as np
import pytest
import tensorflow as tf

from bert_tf.serving.limits import RequestLimits
from bert_tf.serving.status import StatusError

LIMITS = RequestLimits(request_bytes=100, texts=4, text_bytes=5, elements=12, row_elements=6)


def texts(*values):
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def example(**features):
    made = tf.train.Example()
    for name, value in features.items():
        made.features.feature[name].bytes_list.value.append(value)
    return made.SerializeToString()


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"a": texts(*[b""] * 5)}, "5 rows exceed the limit of 4"),
        ({"a": texts(b"", b"123456")}, "A text of 6 bytes is longer than the 5 allowed"),
        ({"a": np.zeros([1, 7], np.int32)}, "7 elements in a row of a"),
        ({"a": np.zeros([3, 5], np.int32)}, "more than 12 values"),
        ({"a": np.zeros([2, 4], np.int32), "b": np.zeros([1, 5], np.int32)}, "more than 12 values"),
    ],
)
def test_arrays_that_are_too_large(arrays, words):
    with pytest.raises(StatusError, match=words) as caught:
        LIMITS.check_arrays(arrays)
    assert (caught.value.code, caught.value.http_status) == (grpc.StatusCode.RESOURCE_EXHAUSTED, 413)


def test_arrays_that_are_as_large_as_allowed():
    LIMITS.check_arrays({"a": texts(*[b"12345"] * 4), "b": np.zeros([2, 4], np.int32)})


def test_a_long_text_in_an_example():
    LIMITS.check_examples([example(a=b"12345", b=b"12345")])
    with pytest.raises(StatusError, match="A text of 6 bytes"):
        LIMITS.check_examples([example(a=b"", b=b"123456")])
    # What is no example is held to be a text: the model says what else is wrong with it.
    LIMITS.check_examples([b"\xff" * 5])
    with pytest.raises(StatusError, match="A text of 6 bytes"):
        LIMITS.check_examples([b"\xff" * 6])
