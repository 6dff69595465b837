import numpy as np
import pytest
import tensorflow as tf
from sklearn.metrics import precision_score, recall_score

from bert_tf.training.tensorboard.curves import write_pr_curves


@pytest.fixture
def curves(write, read_events, tmp_path):
    """What is read back: tag to (epoch, six rows of 101 numbers)."""

    def read(labels, probabilities, names):
        labels, probabilities = np.array(labels), np.array(probabilities)
        expected = labels[:, np.newaxis] == np.arange(len(names))
        write(lambda writers: write_pr_curves(writers.validation, expected, probabilities, label_names=names, step=3))
        events = read_events(tmp_path / "validation")
        found = {}
        for tag in events.PluginTagToContent("pr_curves"):
            (event,) = events.Tensors(tag)
            found[tag.removesuffix("/pr_curves")] = event.step, tf.make_ndarray(event.tensor_proto)
        return found

    return read


def test_counts_by_hand(curves):
    found = curves([0, 0, 1], [[0.9, 0.1], [0.4, 0.6], [0.7, 0.3]], ["good", "bad"])
    assert set(found) == {"pr_curve/good", "pr_curve/bad"}
    step, curve = found["pr_curve/good"]
    assert step == 3
    # At 0.5: the first row is found, the second is missed, the third is taken for good.
    true_positive, false_positive, true_negative, false_negative, precision, recall = curve[:, 50]
    assert (true_positive, false_positive, true_negative, false_negative) == (1, 1, 0, 1)
    assert (precision, recall) == (0.5, 0.5)
    # At 0.8 the third row is not taken any more.
    assert curve[:4, 80].tolist() == [1, 0, 1, 1]


def test_against_scikit_learn(curves):
    generator = np.random.default_rng(1)
    labels, probabilities = generator.integers(0, 3, 200), generator.dirichlet(np.ones(3), 200)
    found = curves(labels, probabilities, ["a", "b", "c"])
    for label, name in enumerate("abc"):
        _, curve = found[f"pr_curve/{name}"]
        for threshold in (20, 50, 70):
            taken = probabilities[:, label] >= threshold / 100
            assert curve[4, threshold] == pytest.approx(precision_score(labels == label, taken), abs=1e-6)
            assert curve[5, threshold] == pytest.approx(recall_score(labels == label, taken), abs=1e-6)


def test_numbers_that_are_none_and_a_class_without_rows(curves):
    found = curves([0, 0], [[np.nan, np.nan], [1.0, 0.0]], ["a", "never\nseen"])
    assert set(found) == {"pr_curve/a", "pr_curve/never seen"}
    assert all(np.isfinite(curve).all() for _, curve in found.values())
    assert found["pr_curve/a"][1][0, 100] == 1


def test_of_many_classes_the_most_frequent(curves):
    labels = np.array([*range(150), *range(50, 150)])
    found = curves(labels, np.full((250, 150), 1 / 150), [f"label {number}" for number in range(150)])
    assert set(found) == {f"pr_curve/label {number}" for number in range(50, 150)}
