import numpy as np
import pyarrow as pa
import pytest

from bert_tf.errors import VerifyError
from bert_tf.export.card_words import CardWords
from bert_tf.tasks.embed.answer_card import answer_words
from bert_tf.tasks.embed.answer_serving import AnswerServing

REPORT = {
    "questions": {"in_scope": 4, "out_of_scope": 2},
    "area_under_curve": 0.875,
    "errors": {"in_scope_rejected": 1, "out_of_scope_answered": 0, "balanced_error": 0.125},
    "held_out_errors": {"in_scope_rejected": 1, "out_of_scope_answered": 1, "balanced_error": 0.375, "parts": 2},
    "recall@1": 0.5,
    "recall@2": 0.75,
    "mrr@2": 0.625,
}
FACTS = {"rows": 7, "top": 2, "metadata": True, "threshold": 0.5, "report": REPORT}
# Two questions; no answer fits the second.
OUTPUTS = {
    "scores": np.array([[0.75, 0.5], [0.25, 0.125]], np.float32),
    "ids": np.array([[b"a", b"b"], [b"c", b"a"]], object),
    "texts": np.array([[b"Yes.", "Nö.".encode()], [b"So.", b"Yes."]], object),
    "metadata": np.array([[b"{}", b'{"n": 1}'], [b"{}", b"{}"]], object),
    "none_fits": np.array([False, True]),
}
ALWAYS = {name: values for name, values in OUTPUTS.items() if name not in ("none_fits", "metadata")}
ANSWERING = AnswerServing({**FACTS, "metadata": False, "threshold": None, "report": {}})
DECIDING = AnswerServing(FACTS)


def test_answers():
    first, second = DECIDING.answers(OUTPUTS)
    assert first == {
        "answers": [
            {"id": "a", "text": "Yes.", "score": 0.75, "metadata": "{}"},
            {"id": "b", "text": "Nö.", "score": 0.5, "metadata": '{"n": 1}'},
        ],
        "none_fits": False,
    }
    assert second["none_fits"]
    assert ANSWERING.answers(ALWAYS)[1] == {
        "answers": [{"id": "c", "text": "So.", "score": 0.25}, {"id": "a", "text": "Yes.", "score": 0.125}]
    }


def test_in_a_line():
    first, second = DECIDING.answers(OUTPUTS)
    assert DECIDING.answer_cells(first) == ["a", "0.7500", "Yes."]
    assert DECIDING.answer_cells(second) == ["no answer fits", "0.2500", ""]
    assert ANSWERING.answer_cells(ANSWERING.answers(ALWAYS)[1]) == ["c", "0.2500", "So."]


def test_columns():
    table = pa.Table.from_arrays(DECIDING.arrays(OUTPUTS), schema=DECIDING.columns)
    assert table.to_pylist()[1] == {
        "answer_id": "c",
        "answer": "So.",
        "answer_score": 0.25,
        "none_fits": True,
        "answers": [
            {"id": "c", "text": "So.", "score": 0.25, "metadata": "{}"},
            {"id": "a", "text": "Yes.", "score": 0.125, "metadata": "{}"},
        ],
    }
    assert table["answers"][0][1]["metadata"].as_py() == '{"n": 1}'
    table = pa.Table.from_arrays(ANSWERING.arrays(ALWAYS), schema=ANSWERING.columns)
    assert table["answers"][0].as_py()[0] == {"id": "a", "text": "Yes.", "score": 0.75}
    assert table.column_names == ["answer_id", "answer", "answer_score", "answers"]


def test_tally():
    tally, other = DECIDING.tally(), DECIDING.tally()
    tally.add(OUTPUTS)
    other.join(tally.facts(), rows=2)
    other.add(OUTPUTS)
    assert other.facts() == {"answered": 2, "none_fits": 2}
    assert other.text() == "2 questions answered · 2 that no answer fits"
    always = ANSWERING.tally()
    always.add(ALWAYS)
    assert (always.facts(), always.text()) == ({"answered": 2}, "2 questions answered")


def test_decisions():
    assert list(DECIDING.decisions(OUTPUTS)) == [("a",), ()]
    assert list(ANSWERING.decisions(ALWAYS)) == [("a",), ("c",)]
    # Answers are 0.25 and 0.125 apart, the best 0.25 from the threshold.
    assert DECIDING.is_decided(OUTPUTS, 0.06).tolist() == [True, True]
    assert DECIDING.is_decided(OUTPUTS, 0.1).tolist() == [True, False]
    assert DECIDING.is_decided({**OUTPUTS, "scores": OUTPUTS["scores"] - 0.25}, 0.01).tolist() == [False, True]


def test_the_best_score_is_explained():
    assert DECIDING.explained(OUTPUTS, 0).tolist() == [0.75, 0.25]


@pytest.mark.parametrize(
    ("change", "said"),
    [({"top": "2"}, "top"), ({"report": None}, "report"), ({"threshold": "low"}, "its threshold is not a number")],
)
def test_a_manifest_that_does_not_say_what_the_answers_are(change, said):
    with pytest.raises(VerifyError, match=f"doesn't say what its answers are: .*{said}"):
        AnswerServing({**FACTS, **change})


VECTORS = CardWords(
    kind="A text encoder", returns="a vector", scores=[], tables=[], judged_by="recall@1", beside_float32="",
    intended_use="", limitations=["Where none fits, one is the nearest."], without_leaked="", data_header=[],
    data_cells={},
)  # fmt: skip


def test_card():
    words = answer_words(VECTORS, FACTS)
    assert words.kind == "A search of 7 answers"
    assert words.returns.startswith("the 2 answers nearest to it of 7")
    assert "none_fits" in words.returns
    (table,) = words.tables
    assert list(table.rows) == [
        ("recall@1", "0.5000", "4 questions"),
        ("recall@2", "0.7500", "4 questions"),
        ("mrr@2", "0.6250", "4 questions"),
        ("area under the curve, by best score", "0.8750", "4 with an answer, 2 without"),
        ("balanced error, threshold chosen on these questions", "0.1250", "1 of 4 rejected, 0 of 2 answered"),
        ("balanced error, threshold chosen on other questions", "0.3750", "1 of 4 rejected, 1 of 2 answered"),
    ]
    assert words.limitations == [
        "The threshold was chosen on questions; it says nothing about questions of another kind."
    ]


def test_the_card_says_whose_rows_chose_the_threshold():
    words = answer_words(VECTORS, {**FACTS, "report": {**FACTS["report"], "held_out_rows": True}})
    assert "the same rows with their correct answer removed" in words.limitations[0]


@pytest.mark.parametrize(
    ("report", "said"),
    [({}, "no questions were given"), ({"questions": {"in_scope": 3, "out_of_scope": 0}}, "not both")],
)
def test_card_without_a_threshold(report, said):
    words = answer_words(VECTORS, {**FACTS, "threshold": None, "report": report})
    assert "none_fits" not in words.returns
    assert said in words.limitations[0]
