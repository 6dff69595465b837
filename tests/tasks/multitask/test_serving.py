import numpy as np
import pytest
import tensorflow as tf

from bert_tf.errors import VerifyError
from bert_tf.export.task_serving import difference
from bert_tf.tasks.table import TASKS

SERVED = {
    "mood.probabilities": np.array([[0.25, 0.75], [0.6, 0.4]], np.float32),
    "mood.label": np.array([b"good", b"bad"], object),
    "mood.score": np.array([0.75, 0.6], np.float32),
    "stars.value": np.array([4.0, 2.0], np.float32),
}


@pytest.fixture
def serving(task, answers):
    return task.serving(answers.facts)


def test_answers_stand_under_their_heads(serving):
    first, second = serving.answers(SERVED)
    assert first["mood"] == {"label": "good", "score": 0.75, "probabilities": {"bad": 0.25, "good": 0.75}}
    assert second["stars"] == {"value": 2.0}
    assert serving.answer_cells(first) == ["mood: good", "0.7500", "stars: 4"]
    assert serving.columns.names == [
        "mood.label", "mood.score", "mood.probability_bad", "mood.probability_good", "stars.value",
    ]  # fmt: skip
    assert len(serving.arrays(SERVED)) == 5


def test_what_differs_is_told_of_any_head(serving):
    others = {**SERVED, "stars.value": np.array([4.0, 2.5], np.float32)}
    found = difference(serving, SERVED, others)
    assert (found.largest, found.equal.tolist()) == (0.5, [True, True])
    # Regression's 2e-5 deviations of 2 and four roundings of the mean.
    assert serving.tolerance == 4.2e-5
    assert serving.is_decided(SERVED, 0.11).tolist() == [True, False]


def test_targets_stand_one_behind_the_other(serving):
    assert serving.targets == ["mood: bad", "mood: good", "stars: value"]
    assert serving.predicted_targets(SERVED).tolist() == [1, 0]
    assert serving.explained(SERVED, 1) == pytest.approx(np.log([3, 2 / 3]), rel=1e-5)
    assert serving.explained(SERVED, 2).tolist() == [4, 2]


def test_serving_apis_are_of_the_first_head_that_has_them(serving):
    classify, regress = serving.example_signatures
    outputs = {name: tf.constant(values) for name, values in SERVED.items()}
    assert (classify.api, regress.api) == ("classify", "regress")
    assert regress.outputs(outputs)["outputs"].numpy().tolist() == [4, 2]
    assert regress.regression({"stars.value": 4.0}) == 4.0
    assert classify.outputs(outputs)["scores"].shape == (2, 2)


def test_tallies_are_joined(serving):
    tally, other = serving.tally(), serving.tally()
    other.add(SERVED)
    tally.join(other.facts(), rows=2)
    assert tally.text() == "mood: bad 1 · good 1; stars: 2 to 4, mean 3"


def test_a_manifest_says_which_heads_there_are(serving):
    manifest = serving.manifest_facts()
    again = TASKS["multitask"].serving_of_manifest(manifest)
    assert (again.targets, again.tolerance) == (serving.targets, serving.tolerance)
    with pytest.raises(VerifyError, match="doesn't say which heads it has"):
        TASKS["multitask"].serving_of_manifest({"heads": []})
