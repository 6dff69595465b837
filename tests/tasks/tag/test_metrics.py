"""Scores of entities, held against seqeval in both of its modes."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics import accuracy_score, classification_report, f1_score, precision_score, recall_score
from seqeval.scheme import IOB2

from bert_tf.evaluation.split_metrics import row_scores, score_intervals
from bert_tf.tasks.tag.metrics import TagMetrics

METRICS = TagMetrics()
TAG = st.sampled_from(["O", "O", "B-LOC", "I-LOC", "B-PER", "I-PER"])


def mended(tags):
    """As data has it: an entity begins with B."""
    fixed = []
    for place, tag in enumerate(tags):
        before = fixed[place - 1] if place else "O"
        fixed.append(f"B-{tag[2:]}" if tag[0] == "I" and before[1:] != tag[1:] else tag)
    return fixed


@st.composite
def pairs(draw):
    """Expected and predicted tags of some rows; predictions may be broken."""
    rows = []
    for _ in range(draw(st.integers(1, 4))):
        expected = mended(draw(st.lists(TAG, min_size=1, max_size=7)))
        keep = draw(st.lists(st.booleans(), min_size=len(expected), max_size=len(expected)))
        other = draw(st.lists(TAG, min_size=len(expected), max_size=len(expected)))
        rows.append((expected, [own if kept else new for own, new, kept in zip(expected, other, keep, strict=True)]))
    return rows


@given(rows=pairs())
def test_scores_are_those_of_seqeval(answers, rows):
    expected, predicted = ([list(each) for each in side] for side in zip(*rows, strict=True))
    found = METRICS.figures(answers([" ".join(row) for row in expected], [" ".join(row) for row in predicted]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that there are none
        wanted = {
            "micro_f1": f1_score(expected, predicted),
            "macro_f1": f1_score(expected, predicted, average="macro") if _any(expected, predicted) else 0.0,
            "precision": precision_score(expected, predicted),
            "recall": recall_score(expected, predicted),
            "strict_f1": f1_score(expected, predicted, mode="strict", scheme=IOB2) if _any(expected, predicted) else 0,
            "word_accuracy": accuracy_score(expected, predicted),
        }
    assert found == pytest.approx({**wanted, "exact_match": found["exact_match"]})


def _any(*sides):
    return any(tag != "O" for side in sides for row in side for tag in row)


def test_figures_by_type_are_those_of_seqeval(answers):
    expected = ["B-PER I-PER O B-LOC", "O B-LOC", "B-PER O"]
    predicted = ["B-PER O O B-LOC", "B-PER I-LOC", "B-PER O"]
    found = METRICS.tables(answers(expected, predicted))["per_class"]
    split = [[row.split() for row in side] for side in (expected, predicted)]
    wanted = classification_report(*split, output_dict=True)
    for name in ("LOC", "PER"):
        assert found[name]["f1"] == pytest.approx(wanted[name]["f1-score"])
        assert found[name]["precision"] == pytest.approx(wanted[name]["precision"])
        assert found[name]["recall"] == pytest.approx(wanted[name]["recall"])
        assert found[name]["support"] == wanted[name]["support"]
    assert found["PER"]["predicted"] == 3


def test_entities_that_are_cut_off_are_missed(answers):
    found = METRICS.figures(answers(["B-PER O O B-LOC", "O O"], ["B-PER", ""]))
    assert (found["precision"], found["recall"]) == (1.0, 0.5)
    # A word that is not read counts as outside: five of six are.
    assert found["word_accuracy"] == pytest.approx(5 / 6)
    assert found["exact_match"] == 0.5


def test_a_row_is_right_if_exactly_its_entities_are_found(answers):
    found = answers(
        ["B-PER O", "B-PER O", "O O", "O O", "B-LOC I-LOC"], ["B-PER O", "B-LOC O", "O O", "B-LOC O", "I-LOC I-LOC"]
    )
    # The last is the same entity, though strict reading has none in it.
    assert row_scores(METRICS, found).tolist() == [1, 0, 1, 0, 1]
    assert METRICS.figures(found)["strict_f1"] < METRICS.figures(found)["micro_f1"]


def test_no_entity_anywhere_scores_nothing(answers):
    found = METRICS.figures(answers(["O O"], ["O O"]))
    assert (found["micro_f1"], found["macro_f1"], found["word_accuracy"], found["exact_match"]) == (0, 0, 1, 1)


def test_every_measure_has_an_interval_and_follows_from_sums(answers):
    found = answers(["B-PER O", "O B-LOC", "B-LOC I-LOC"] * 20, ["B-PER O", "O O", "B-LOC O"] * 20)
    intervals, figures = score_intervals(METRICS, found), METRICS.figures(found)
    assert set(intervals) == {measure.key for measure in METRICS.measures} == set(figures)
    for key, (low, high) in intervals.items():
        assert low <= figures[key] <= high
    statistics = METRICS.statistics(found)
    assert len(statistics.table) == 3
    twice = METRICS.score(np.stack([statistics.sums(), 2 * statistics.sums()]))
    assert all(values[0] == pytest.approx(values[1]) for values in twice.values())


def test_what_is_followed_after_an_epoch(answers):
    found = METRICS.after_epoch(answers(["B-PER O"], ["B-PER O"]))
    assert found == {"micro_f1": 1.0, "macro_f1": 1.0, "word_accuracy": 1.0}


def test_intervals_at_the_ends_are_of_entities_and_not_of_rows(answers):
    # 3 of 3 entities in 40 rows; of the F1 there are as many. Wilson's interval begins at n / (n + z²).
    found = score_intervals(METRICS, answers(["B-PER O"] * 3 + ["O O"] * 37, ["B-PER O"] * 3 + ["O O"] * 37))
    for key in ("precision", "recall", "micro_f1", "macro_f1", "strict_f1"):
        assert found[key] == pytest.approx((3 / (3 + 3.841459), 1.0))
    assert found["exact_match"] == pytest.approx((40 / (40 + 3.841459), 1.0))


def test_an_entity_without_a_word_is_missed(answers):
    # It stands behind the words of its row, and only words are read.
    found = METRICS.figures(answers(["B-LOC B-PER", "O"], ["B-LOC", "O"]))
    assert (found["precision"], found["recall"], found["exact_match"]) == (1.0, 0.5, 0.5)
