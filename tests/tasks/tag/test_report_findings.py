import dataclasses

import numpy as np

from bert_tf.report.findings import findings
from bert_tf.report.measured import measured
from bert_tf.tasks.tag.measured_entities import measured_entities
from bert_tf.tasks.tag.metrics import TagMetrics
from bert_tf.tasks.tag.report_findings import entity_findings


def found(predictions, *arguments, **settings):
    rows = predictions(*arguments, **settings)
    return [
        each.text for each in entity_findings(measured_entities(measured({"test": rows}, TagMetrics(), max_tokens=64)))
    ]


def test_nothing_is_said_of_a_good_model(predictions):
    assert found(predictions, ["B-PER O", "B-LOC O"], ["B-PER O", "B-LOC O"]) == []


def test_a_model_that_finds_nothing(predictions):
    told = found(predictions, ["B-PER O", "B-LOC O"], ["O O", "O O"])
    assert told[0] == "The model finds none of the expected entities."


def test_types_that_are_weak_and_types_that_are_absent(predictions):
    told = found(predictions, ["B-PER O"] * 4 + ["B-LOC O"], ["B-PER O"] * 4 + ["O O"])
    assert "F1 is much lower for some types than for the rest: “LOC” (0.0000)." in told
    told = found(predictions, ["B-PER O"], ["B-PER O"])
    assert told == ["No test row has an entity of type “LOC”, so how well they are found is unknown."]


def test_entities_that_training_does_not_have(predictions):
    rows = ["B-PER B-LOC"] * 5
    told = found(predictions, rows, ["B-PER O"] * 3 + rows[:2], seen={(row, 0) for row in range(5)})
    assert any(text.startswith("Recall is 0.4000 on entities that no training row has") for text in told)


def test_entities_that_are_cut_off(predictions):
    told = found(predictions, ["B-PER O B-LOC", "B-LOC"], ["B-PER O", "B-LOC"])
    assert "1 expected entity can't be found: the text is truncated there, or no word is left." in told


def test_scores_without_leaked_texts_are_of_what_is_followed(predictions):
    """Of five rows the first two are in training too; of the other three, one of three entities is found."""
    rows = predictions(["B-PER O"] * 5, ["B-PER O"] * 3 + ["O O"] * 2)
    leaked = measured({"test": dataclasses.replace(rows, in_train=np.arange(5) < 2)}, TagMetrics(), max_tokens=64)
    assert leaked.without_leaked.keys() == {"micro_f1", "macro_f1", "word_accuracy"}
    told = findings(leaked, [], results="types", encoder="minilm-l6", data={"leakage": {"test": 2}})
    # Precision 1, recall 1/3: F1 is 1/2. Two of six words are not tagged as they should be.
    assert any("without them, entity F1 is 0.5000 and macro F1 0.5000" in each.text for each in told)
    assert any("word accuracy 0.6667 on 3 texts" in each.text for each in told)
