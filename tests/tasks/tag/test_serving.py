import numpy as np
import pytest

from bert_tf.errors import VerifyError
from bert_tf.export.task_serving import difference
from bert_tf.tasks.tag.parts import TAG
from bert_tf.tasks.tag.serving import TagServing

SERVING = TagServing(("LOC", "PER"), "characters")


def served(*rows, mentions=None, margin=None):
    """Of entities as (start, end, type, score)."""
    most = max(map(len, rows))
    padded = [[*row, *[(0, 0, "", 0.0)] * (most - len(row))] for row in rows]
    columns = [[[each[field] for each in row] for row in padded] for field in range(4)]
    return {
        "count": np.array([len(row) for row in rows], np.int32),
        "starts": np.array(columns[0], np.int32).reshape(len(rows), most),
        "ends": np.array(columns[1], np.int32).reshape(len(rows), most),
        "labels": np.array([[name.encode() for name in row] for row in columns[2]], object).reshape(len(rows), most),
        "scores": np.array(columns[3], np.float32).reshape(len(rows), most),
        "mentions": np.array(mentions or [[0.1, 0.2]] * len(rows), np.float32),
        "margin": np.array(margin or [0.5] * len(rows), np.float32),
    }


ADA, PARIS = (0, 3, "PER", 0.5), (9, 14, "LOC", 0.25)


def test_an_answer_has_the_entities_without_padding():
    found = SERVING.answers(served([ADA, PARIS], [], [PARIS]))
    assert found == [
        {
            "entities": [
                {"start": 0, "end": 3, "label": "PER", "score": 0.5},
                {"start": 9, "end": 14, "label": "LOC", "score": 0.25},
            ]
        },
        {"entities": []},
        {"entities": [{"start": 9, "end": 14, "label": "LOC", "score": 0.25}]},
    ]
    assert [SERVING.answer_cells(answer) for answer in found[:2]] == [
        ["PER 0–3 0.5000, LOC 9–14 0.2500"],
        ["(none)"],
    ]


def test_entities_are_marked_in_their_text():
    (answer, nothing) = SERVING.answers(served([ADA, PARIS], []))
    assert SERVING.marked_text(answer, "Ada is — Paris!") == "[Ada PER] is — [Paris LOC]!"
    assert SERVING.marked_text(nothing, "Ada") == "Ada"


def test_entities_are_marked_by_bytes():
    serving = TagServing(("LOC", "PER"), "bytes")
    (answer,) = serving.answers(served([(0, 4, "PER", 0.5), (12, 18, "LOC", 0.5)]))
    assert serving.marked_text(answer, "Åsa is — 中文!") == "[Åsa PER] is — [中文 LOC]!"


def test_columns_of_scored_files():
    (column,) = SERVING.arrays(served([ADA], []))
    assert column.to_pylist() == [[{"start": 0, "end": 3, "label": "PER", "score": 0.5}], []]
    assert SERVING.columns.names == ["entities"]


def test_entities_are_counted():
    tally = SERVING.tally()
    tally.add(served([ADA, PARIS], [ADA], []))
    assert tally.facts() == {"labels": {"LOC": 1, "PER": 2, "(texts without entities)": 1}}
    assert tally.text() == "LOC 1 · PER 2 · (texts without entities) 1"


def test_answers_are_equal_if_all_entities_are_whatever_the_padding():
    one = served([ADA], [PARIS], [], mentions=[[0.1, 0.9], [0.9, 0.1], [0.1, 0.1]])
    other = served([ADA], [PARIS, (20, 21, "PER", 0.5)], [], mentions=[[0.1, 0.85], [0.9, 0.1], [0.1, 0.1]])
    found = difference(SERVING, one, other)
    assert found.equal.tolist() == [True, False, True]
    assert found.largest == pytest.approx(0.05)


def test_a_text_is_decided_if_each_of_its_words_is():
    assert SERVING.is_decided(served([], [], margin=[0.03, 0.01]), 0.01).tolist() == [True, False]


def test_what_is_explained():
    outputs = served([], [], mentions=[[0.5, 0.9], [1.0, 0.0]])
    assert SERVING.predicted_targets(outputs).tolist() == [1, 0]
    np.testing.assert_allclose(SERVING.explained(outputs, 1), [np.log(9), np.log(1e-6 / (1 - 1e-6))], rtol=1e-4)
    assert SERVING.baseline_facts(0.0) == {"baseline_probability": 0.5}


def test_made_of_a_manifest():
    made = TAG.serving_of_manifest(SERVING.manifest_facts())
    assert made.targets == ("LOC", "PER")
    assert made.manifest_facts() == {"labels": ["LOC", "PER"], "offsets": "characters"}
    with pytest.raises(VerifyError, match="what places are counted in"):
        TAG.serving_of_manifest({"labels": ["LOC"]})
    for labels in (None, [], ["LOC", 3], "LOC"):
        with pytest.raises(VerifyError, match="no labels"):
            TAG.serving_of_manifest({"labels": labels, "offsets": "bytes"})
