import numpy as np
import pyarrow as pa

from bert_tf.evaluation.split_metrics import Answers
from bert_tf.tasks.regress.columns import RegressColumns

COLUMNS, FACTS = RegressColumns(), {"mean": 2.0, "std": 0.5}
ANSWERS = Answers(np.array([1, 2.5], np.float32), {"value": np.array([1.5, 2], np.float32)}, FACTS)


def test_people_read_label_prediction_and_error():
    values = COLUMNS.values(ANSWERS)
    table = pa.table(
        [pa.array(values[field.name], field.type) for field in COLUMNS.fields(FACTS)], ["label", "predicted", "error"]
    )
    assert table.to_pylist() == [
        {"label": 1.0, "predicted": 1.5, "error": 0.5},
        {"label": 2.5, "predicted": 2.0, "error": -0.5},
    ]


def test_what_is_kept_is_read_back():
    values = COLUMNS.values(ANSWERS)
    again = COLUMNS.answers(pa.table({name: pa.array(values[name]) for name in COLUMNS.kept}), FACTS)
    np.testing.assert_array_equal(again.expected, ANSWERS.expected)
    np.testing.assert_array_equal(again.outputs["value"], ANSWERS.outputs["value"])
    assert again.facts == FACTS
