import numpy as np
import pytest

from bert_tf.errors import DataError
from bert_tf.monitoring.outcomes import outcomes_of
from bert_tf.tasks.classify.serving import ClassifyServing
from bert_tf.tasks.multilabel.serving import MultilabelServing
from bert_tf.tasks.regress.serving import RegressServing

LABELS = ClassifyServing(("negative", "neutral", "positive"))


def test_labels_are_counted_by_name_and_ordered_by_the_probability_of_the_negative_ones():
    outcomes = outcomes_of(LABELS, negative=("negative", "neutral"), below=None)
    outputs = {
        "label": np.array([b"positive", b"negative"]),
        "score": np.array([0.6, 0.5], np.float32),
        "probabilities": np.array([[0.25, 0.15, 0.6], [0.5, 0.25, 0.25]], np.float32),
    }
    found, certainty = outcomes.of(LABELS, outputs)
    assert found == ["positive", "negative"]
    np.testing.assert_allclose(certainty, [0.4, 0.75], atol=1e-6)
    assert outcomes.names == ("negative", "neutral", "positive")


def test_numbers_below_a_cut_are_negative():
    serving = RegressServing(0.0, 1.0)
    outcomes = outcomes_of(serving, negative=(), below=-0.5)
    found, certainty = outcomes.of(serving, {"value": np.array([-1.0, -0.5, 2.0], np.float32)})
    assert found == ["below -0.5", "-0.5 or more", "-0.5 or more"]
    assert outcomes.negative == {"below -0.5"}
    np.testing.assert_allclose(certainty, [0.5, 0, -2.5])


def refusal(serving, *, negative=(), below=None):
    with pytest.raises(DataError) as problem:
        outcomes_of(serving, negative=negative, below=below)
    return problem.value


def test_a_label_that_the_model_does_not_have():
    problem = refusal(LABELS, negative=("negativ",))
    assert (problem.what, problem.hint) == ("The model has no label 'negativ'.", "did you mean 'negative'?")
    problem = refusal(ClassifyServing(("bad", "good")))
    assert (problem.what, problem.hint) == ("The model has no label 'negative'.", "its labels are bad, good")


def test_all_labels_negative():
    assert refusal(ClassifyServing(("bad", "good")), negative=("good", "bad")).what.startswith("All labels")


def test_models_without_a_mood():
    assert refusal(MultilabelServing(("a", "b"))).what == (
        "This model can't be monitored: it answers with labels, not with one label for each text."
    )
    assert refusal(RegressServing(0.0, 1.0)).what == (
        "This model predicts a number, so it needs a limit below which numbers are negative."
    )
    assert refusal(RegressServing(0.0, 1.0), negative=("negative",), below=0.0).where == "--negative"
    assert refusal(LABELS, below=0.0).what == "This model answers with labels, not numbers."
