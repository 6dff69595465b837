import grpc
import numpy as np
import pytest

from bert_tf.serving.example_methods import classifications_of, regressions_of
from bert_tf.serving.status import StatusError


def test_classes_and_scores():
    classes = np.array([[b"a", b"b"]], dtype=object)
    scores = np.array([[0.2, 0.8]], np.float32)
    assert classifications_of({"classes": classes, "scores": scores}, 1) == [[("a", 0.2), ("b", 0.8)]]
    assert classifications_of({"classes": classes}, 1) == [[("a", 0.0), ("b", 0.0)]]
    assert classifications_of({"scores": scores}, 1) == [[("", 0.2), ("", 0.8)]]
    assert classifications_of({"other": np.zeros(7), "scores": scores}, 1) == [[("", 0.2), ("", 0.8)]]


@pytest.mark.parametrize(
    ("outputs", "words"),
    [
        ({"scores": np.zeros(2, np.float32)}, "batch_size num_classes"),
        ({"scores": np.zeros([2, 1])}, "Expected scores Tensor of DT_FLOAT. Got: DT_DOUBLE"),
        ({"classes": np.zeros([2, 1], np.float32)}, "Expected classes Tensor of DT_STRING. Got: DT_FLOAT"),
        ({"scores": np.zeros([3, 1], np.float32)}, "batch size of 2. Got: 3"),
        ({"scores": np.zeros([2, 1], np.float32), "classes": np.full([2, 2], b"", object)}, "should match"),
    ],
)
def test_outputs_that_are_no_classes(outputs, words):
    with pytest.raises(StatusError, match=words):
        classifications_of(outputs, 2)


@pytest.mark.parametrize("shape", [[3], [3, 1]])
def test_regressions(shape):
    values = np.array([0.2, -1e30, np.inf], np.float32).reshape(shape)
    # As a double, the first would be 0.20000000298023224.
    assert regressions_of({"outputs": values}, 3) == [0.2, -1e30, np.inf]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.float32(0), r"either \[batch_size\] or \[batch_size, 1\] but got \[\]"),
        (np.zeros([2, 3], np.float32), r"but got \[2,3\]"),
        (np.zeros([2, 1, 1], np.float32), r"but got \[2,1,1\]"),
        (np.zeros([3, 1], np.float32), "Input batch size did not match output batch size: 2 vs. 3"),
        (np.zeros(2), "Expected output Tensor of DT_FLOAT.  Got: DT_DOUBLE"),
        (np.full(2, b"", object), "Expected output Tensor of DT_FLOAT.  Got: DT_STRING"),
    ],
)
def test_outputs_that_are_no_regressions(values, words):
    with pytest.raises(StatusError, match=words) as caught:
        regressions_of({"outputs": np.asarray(values)}, 2)
    assert caught.value.code == grpc.StatusCode.INVALID_ARGUMENT
