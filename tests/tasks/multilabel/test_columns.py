import numpy as np
import pyarrow as pa

from bert_tf.evaluation.split_metrics import Answers
from bert_tf.tasks.multilabel.columns import MultilabelColumns

FACTS = {"label_names": ("joy", "anger"), "label_shares": (0.5, 0.25), "thresholds": (0.5, 0.125)}
ANSWERS = Answers(
    np.array([[True, False], [False, False]]), {"logits": np.array([[2.0, -1.0], [-1.0, -3.0]], np.float32)}, FACTS
)


def test_what_is_written_is_read_again():
    columns = MultilabelColumns()
    values = columns.values(ANSWERS)
    table = pa.table([pa.array(values[field.name], field.type) for field in columns.fields(FACTS)], names=list(values))
    read = columns.answers(table.select(columns.kept), {name: list(value) for name, value in FACTS.items()})
    np.testing.assert_array_equal(read.expected, ANSWERS.expected)
    np.testing.assert_array_equal(read.outputs["logits"], ANSWERS.outputs["logits"])
    assert read.facts == FACTS


def test_people_read_names():
    columns = MultilabelColumns()
    assert [field.name for field in columns.fields(FACTS)] == [
        "labels", "selected", "probability_joy", "probability_anger", "expected", "logits",
    ]  # fmt: skip
    values = columns.values(ANSWERS)
    assert values["labels"] == [["joy"], []]
    # 1 / (1 + e) is 0.27, above the threshold of 0.125; 1 / (1 + e³) is 0.05
    assert values["selected"] == [["joy", "anger"], []]
