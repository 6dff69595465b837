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
    assert told[0] == "The model finds no entity as it is expected."


def test_types_that_are_weak_and_types_that_are_absent(predictions):
    told = found(predictions, ["B-PER O"] * 4 + ["B-LOC O"], ["B-PER O"] * 4 + ["O O"])
    assert "F1 is much lower for some types than for the rest: “LOC” (0.0000)." in told
    told = found(predictions, ["B-PER O"], ["B-PER O"])
    assert told == ["No test row has an entity of type “LOC”, so how well they are found is unknown."]


def test_entities_that_training_does_not_have(predictions):
    rows = ["B-PER B-LOC"] * 5
    told = found(predictions, rows, ["B-PER O"] * 3 + rows[:2], seen={(row, 0) for row in range(5)})
    assert any(text.startswith("Of entities that no training row has, 0.4000 are found") for text in told)


def test_entities_that_are_cut_off(predictions):
    told = found(predictions, ["B-PER O B-LOC", "B-LOC"], ["B-PER O", "B-LOC"])
    assert "1 expected entity can't be found: the text is cut off there, or no word is left." in told
