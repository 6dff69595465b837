import numpy as np
import pyarrow as pa
import pytest

from bert_tf.evaluation.split_metrics import Answers
from bert_tf.tasks.embed.columns import EmbedColumns
from bert_tf.tasks.embed.stored_texts import as_rows, first_texts

COLUMNS = EmbedColumns()


def answers(dimensions):
    outputs = {
        "vector": np.ones((2, 8), np.float32),
        "rank": np.array([1, 4], np.int32),
        "among": np.array([9, 9], np.int32),
        "score": np.array([0.5, 0.25], np.float32),
        "wrong": as_rows(["Tschüß", "b"]),
        "wrong_score": np.array([0.25, 0.5], np.float32),
        "map": np.array([[0.5, -1], [2, 0]], np.float32),
        "ranks": np.arange(2 * len(dimensions), dtype=np.int32).reshape(2, -1) + 1,
    }
    return Answers(as_rows(["a", "ü"]), outputs, {"dimensions": dimensions})


def written(given):
    values = COLUMNS.values(given)
    fields = COLUMNS.fields(given.facts)
    return pa.table([pa.array(values[field.name], field.type) for field in fields], schema=pa.schema(fields))


def test_people_read_texts_and_ranks():
    assert written(answers((4,))).to_pylist()[1] == {
        "right": "ü", "rank": 4, "among": 9, "score": 0.25, "nearest_wrong": "b", "wrong_score": 0.5, "ranks": [2],
        "map": [2, 0],
    }  # fmt: skip


@pytest.mark.parametrize("dimensions", [(), (4,), (4, 2)])
def test_what_is_kept_is_read_back(dimensions):
    given = answers(dimensions)
    again = COLUMNS.answers(written(given), {"dimensions": list(dimensions)})
    assert first_texts(again.expected) == ["a", "ü"]
    assert first_texts(again.outputs["wrong"]) == ["Tschüß", "b"]
    for name in ("rank", "among", "score", "wrong_score", "ranks", "map"):
        np.testing.assert_array_equal(again.outputs[name], given.outputs[name])
    assert again.facts == given.facts
