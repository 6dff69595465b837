"""The validation rows of the specimen's run as questions."""

import json

import numpy as np
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import roc_auc_score

from bert_tf.data.corpus import make_corpus
from bert_tf.errors import DataError
from bert_tf.handoff.held_out_questions import held_out_questions
from bert_tf.handoff.index_rows import IndexRequest, read_index_rows
from bert_tf.handoff.index_run import index_report, text_vectors
from bert_tf.workflow.opened_run import OpenedRun
from bert_tf.workflow.scoring.scorers import RunScorer


@pytest.fixture(scope="module")
def run(finished_run):
    return finished_run("embed").run


@pytest.fixture(scope="module")
def rows(run):
    return pq.read_table(run.predictions("validation")).to_pylist()


def test_a_row_has_the_place_of_its_right_text(run, rows):
    texts = ["nobody", *(row["right"] for row in rows[1:]), rows[1]["right"]]
    found = held_out_questions(run, make_corpus(list("abcdefg")[: len(texts)], [each.encode() for each in texts], None))
    assert [text.decode() for text in found.texts] == [row["text"] for row in rows]
    # The first row's is none of the answers; of two equal ones the first counts.
    assert found.answers.tolist() == [-1, *range(1, len(rows))]
    assert found.is_held_out


def test_answers_that_are_right_for_no_row_are_refused(run):
    with pytest.raises(DataError, match="No answer is the matching text of any of the 4 validation rows"):
        held_out_questions(run, make_corpus(["a"], [b"nobody"], None))


def test_a_question_counts_once_with_its_answer_and_once_without(run, rows, cache, tmp_path):
    answers = tmp_path / "answers.jsonl"
    lines = [{"id": number, "text": row["right"]} for number, row in enumerate(rows)]
    answers.write_text("\n".join(map(json.dumps, [*lines, {"id": 9, "text": rows[0]["right"]}])))
    read = read_index_rows(IndexRequest(str(answers), held_out=True), run)
    scorer = RunScorer(OpenedRun(run, cache_folder=cache))
    asked, vectors = (
        text_vectors(scorer, texts)["vector"].astype(np.float32) for texts in (read.questions.texts, read.corpus.texts)
    )
    report = index_report(scorer, read, vectors)
    cosines = asked @ vectors.T
    with_answer = cosines.max(1)
    # The last answer repeats the first one's text, and is taken away with it.
    own = np.eye(4, 5, dtype=bool)
    own[0, 4] = True
    without = np.where(own, -1, cosines).max(1)
    assert report["questions"] == {"in_scope": 4, "out_of_scope": 4}
    assert report["held_out_rows"] is True
    wanted = roc_auc_score([1] * 4 + [0] * 4, [*with_answer, *without])
    assert report["area_under_curve"] == pytest.approx(wanted, abs=1e-6)
    assert report["recall@1"] == pytest.approx((cosines.argmax(1) == np.arange(4)).mean())
