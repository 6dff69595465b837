import numpy as np
import pyarrow as pa
import pytest
import tensorflow as tf

from bert_tf.export.task_serving import difference
from bert_tf.tasks.multilabel.serving import MultilabelServing

SERVING = MultilabelServing(("joy", "anger"), (0.5, 0.25))
OUTPUTS = {
    "probabilities": np.array([[0.5, 0.5], [0.25, 0.125]], np.float32),
    "selected": np.array([[True, True], [False, False]]),
}


def test_an_answer_is_the_selected_labels_and_all_probabilities():
    answers = SERVING.answers(OUTPUTS)
    assert answers == [
        {"labels": ["joy", "anger"], "probabilities": {"joy": 0.5, "anger": 0.5}},
        {"labels": [], "probabilities": {"joy": 0.25, "anger": 0.125}},
    ]
    assert [SERVING.answer_cells(answer) for answer in answers] == [["joy, anger", "0.5000, 0.5000"], ["(none)", ""]]


def test_columns_of_score_are_a_list_and_probabilities():
    table = pa.Table.from_arrays(SERVING.arrays(OUTPUTS), schema=SERVING.columns)
    assert table.to_pylist()[1] == {"labels": [], "probability_joy": 0.25, "probability_anger": 0.125}


def test_a_tally_counts_texts_without_labels():
    tally = SERVING.tally()
    for _ in range(2):
        tally.add(OUTPUTS)
    assert tally.facts() == {"labels": {"joy": 2, "anger": 2, "(none)": 2}}
    assert tally.text() == "joy 2 · anger 2 · (none) 2"


def test_an_answer_is_decided_that_no_threshold_is_near():
    near = {**OUTPUTS, "probabilities": np.array([[0.9, 0.2501], [0.5001, 0.9], [0.6, 0.1]], np.float32)}
    assert SERVING.is_decided(near, 0.001).tolist() == [False, False, True]
    assert SERVING.decisions(OUTPUTS).tolist() == [[True, True], [False, False]]


def test_two_answers_with_the_same_labels_are_equal():
    others = {**OUTPUTS, "selected": np.array([[True, False], [False, False]])}
    found = difference(SERVING, OUTPUTS, others)
    assert found.largest == 0.0
    assert found.equal_labels() == {"equal_labels": 1}


def test_classify_has_every_label_with_its_probability():
    (signature,) = SERVING.example_signatures
    assert signature.api == "classify"
    served = signature.outputs({"probabilities": tf.constant(OUTPUTS["probabilities"])})
    assert served["classes"].numpy().tolist() == [[b"joy", b"anger"]] * 2
    np.testing.assert_array_equal(served["scores"].numpy(), OUTPUTS["probabilities"])


def test_words_are_explained_by_log_odds():
    assert SERVING.predicted_targets(OUTPUTS).tolist() == [0, 0]
    np.testing.assert_allclose(SERVING.explained(OUTPUTS, 1), [0.0, np.log(1 / 7)], rtol=1e-6)
    assert SERVING.baseline_facts(0.0) == {"baseline_probability": 0.5}


def test_a_manifest_has_labels_and_thresholds():
    facts = SERVING.manifest_facts()
    assert facts == {"labels": ["joy", "anger"], "thresholds": [0.5, 0.25]}
    assert MultilabelServing(("joy",)).manifest_facts()["thresholds"] == [0.5]


def test_the_card_has_the_scores_by_label():
    figures = {
        "threshold": 0.25,
        "precision": 1.0,
        "recall": 0.5,
        "f1": 0.6667,
        "average_precision": None,
        "support": 4,
    }
    measured = {"macro_f1": 0.5, "intervals": {"macro_f1": [0.4, 0.6]}, "per_class": {"joy": figures}}
    data = {"rows": {"train": 9}, "class_counts": {"train": {"joy": 5, "anger": 3, "(none)": 2}}}
    words = SERVING.card(measured, data, None)
    assert list(words.scores) == [("macro F1", "0.5000", "0.4000 to 0.6000")]
    assert list(words.tables[0].rows) == [["joy", "0.2500", "1.0000", "0.5000", "0.6667", "–", "4"]]
    assert words.data_cells == {"train": ["5", "3", "2"]}
    assert SERVING.card({}, data, None).scores == []


@pytest.mark.parametrize("empty", [{"probabilities": np.zeros((0, 2), np.float32), "selected": np.zeros((0, 2), bool)}])
def test_nothing_is_answered_with_nothing(empty):
    assert SERVING.answers(empty) == []
    assert [len(array) for array in SERVING.arrays(empty)] == [0, 0, 0]
