import numpy as np
import pyarrow as pa
import pytest
import tensorflow as tf

from bert_tf.tasks.classify.serving import ClassifyServing

SERVING = ClassifyServing(("bad", "so, so"))
OUTPUTS = {
    "probabilities": np.array([[0.25, 0.75], [0.875, 0.125], [0.5, 0.5]], np.float32),
    "label": np.array([b"so, so", b"bad", b"bad"], object),
    "score": np.array([0.75, 0.875, 0.5], np.float32),
}


def test_answers_by_label():
    answers = SERVING.answers(OUTPUTS)
    assert answers[0] == {"label": "so, so", "score": 0.75, "probabilities": {"bad": 0.25, "so, so": 0.75}}
    assert [answer["label"] for answer in answers] == ["so, so", "bad", "bad"]
    assert SERVING.answer_cells(answers[1]) == ["bad", "0.8750"]


def test_columns_have_the_values_that_their_names_say():
    table = pa.Table.from_arrays(SERVING.arrays(OUTPUTS), schema=SERVING.columns)
    assert table.to_pylist()[0] == {
        "label": "so, so", "score": 0.75, "probability_bad": 0.25, "probability_so, so": 0.75,
    }  # fmt: skip


def test_classify_gets_all_labels_of_each_row():
    (signature,) = SERVING.example_signatures
    found = signature.outputs({"probabilities": tf.constant(OUTPUTS["probabilities"])})
    assert found["classes"].numpy().tolist() == [[b"bad", b"so, so"]] * 3
    np.testing.assert_array_equal(found["scores"], OUTPUTS["probabilities"])
    assert signature.api == "classify"


def test_rows_by_label():
    tally = SERVING.tally()
    assert (tally.facts(), tally.text()) == ({"labels": {"bad": 0, "so, so": 0}}, "")
    tally.add(OUTPUTS)
    tally.add({"label": np.array([b"bad"] * 2000, object)})
    assert tally.facts() == {"labels": {"bad": 2002, "so, so": 1}}
    assert tally.text() == "bad 2,002 · so, so 1"


def test_a_label_is_decided_when_both_probabilities_may_move_against_it():
    probabilities = np.array([[0.1, 0.5, 0.4], [0.46, 0.06, 0.48], [0.44, 0.1, 0.46], [0.5, 0.5, 0.0]])
    assert SERVING.is_decided({"probabilities": probabilities}, 0.015).tolist() == [True, False, False, False]
    assert SERVING.is_decided({"probabilities": probabilities}, 0.009).tolist() == [True, True, True, False]


def test_what_is_explained_is_the_log_odds_within_what_float32_tells():
    probabilities = np.array([[0.8, 0.2], [0.5, 0.5], [1.0, 0.0]])
    # log (1 / 4); log 1; log (1e-6 / (1 - 1e-6)).
    expected = [-1.386294, 0, -13.815510]
    np.testing.assert_allclose(SERVING.explained({"probabilities": probabilities}, 1), expected, atol=1e-5)
    np.testing.assert_allclose(SERVING.explained({"probabilities": probabilities}, 0), -np.array(expected), atol=1e-5)


def test_log_odds_of_a_baseline_are_told_as_a_probability():
    assert SERVING.baseline_facts(np.log(3)) == {"baseline_probability": pytest.approx(0.75)}


def test_the_predicted_label_is_explained():
    assert SERVING.predicted_targets(OUTPUTS).tolist() == [1, 0, 0]
    assert [SERVING.targets[target] for target in (1, 0)] == ["so, so", "bad"]
