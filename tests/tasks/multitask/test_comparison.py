import numpy as np
import pyarrow as pa
import pytest

from bert_tf.evaluation.paired import paired_difference
from bert_tf.evaluation.scores_by_length import scores_by_length
from bert_tf.evaluation.split_metrics import Answers


def test_rows_are_apart_by_the_first_head(task, answers):
    """Another model has the third row right, and the others as they are."""
    logits = answers.outputs["mood.logits"].copy()
    logits[2] = [3, 0]
    other = Answers(answers.expected, {**answers.outputs, "mood.logits": logits}, answers.facts)
    comparison = task.comparison()
    better, worse = comparison.apart(other, answers)
    assert (better.tolist(), worse.tolist()) == ([2], [])
    assert comparison.expected(other, 2) == "bad"
    assert (comparison.answer(other, 2, is_better=True).predicted, comparison.words.measure.key) == (
        "bad",
        "mood.accuracy",
    )


def test_parts_of_all_heads_stand_together(task, answers):
    metrics = task.metrics()
    figures = {"truncated_share": 0.0, **metrics.figures(answers), **metrics.tables(answers)}
    found = task.comparison().breakdown([figures, {}])
    assert [line.name for line in found.lines] == ["mood: bad", "mood: good", "stars: 2 to 5"]
    assert found.lines[2].values == (1.0, None)
    assert found.score == "F1 or mean absolute error"


def test_answers_are_kept(task, answers):
    columns = task.columns()
    fields = columns.fields(answers.facts)
    table = pa.table({field.name: pa.array(columns.values(answers)[field.name], field.type) for field in fields})
    assert table["mood.label"].to_pylist() == ["good", None, "bad", "good"]
    assert table["stars.label"].to_pylist() == [4.0, 2.0, 5.0, None]
    read = columns.answers(table.select(list(columns.kept)), answers.facts)
    assert read.expected == pytest.approx(answers.expected)
    assert task.metrics().figures(read) == pytest.approx(task.metrics().figures(answers))
    assert columns.compared_facts == ("mood.label_names",)


def test_the_projector_shows_a_dash_for_no_label(task, answers):
    shown = task.dashboard().columns(answers, np.array([3, 1, 0]))
    assert shown["mood.label"] == ["good", "–", "good"]
    assert shown["stars.label"] == ["–", "2", "4"]


def test_rows_without_a_score_are_left_out():
    first, second = np.array([1, np.nan, 0, 1]), np.array([0, np.nan, 0, 1.0])
    assert paired_difference(first, second).difference == pytest.approx(1 / 3)
    (group,) = scores_by_length(first, np.array([5, 6, 7, 8]), is_share=True)
    assert (group.rows, group.score) == (3, pytest.approx(2 / 3))
