import numpy as np
import pytest

from bert_tf.data.corpus import make_corpus
from bert_tf.errors import DataError
from bert_tf.export.answer_index import AnswerIndex, write_index
from bert_tf.handoff.index_rows import IndexRequest, read_index_rows


@pytest.fixture
def answers(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text("id,text\n" + "".join(f"{number},Answer {number}.\n" for number in range(7)))
    return str(path)


def test_as_many_answers_as_are_asked_for(answers, tmp_path):
    assert read_index_rows(IndexRequest(answers), None).top == 5
    assert read_index_rows(IndexRequest(answers, top=7), None).top == 7
    (tmp_path / "few.csv").write_text("id,text\n1,Yes.\n2,No.\n")
    assert read_index_rows(IndexRequest(str(tmp_path / "few.csv")), None).top == 2


def test_more_answers_than_there_are(answers):
    with pytest.raises(DataError, match=r"8 answers to a question can't be found among 7 answers(.|\n)*--top 5"):
        read_index_rows(IndexRequest(answers, top=8), None)


def test_questions(answers, tmp_path):
    (tmp_path / "asked.csv").write_text("body,right\nWhich?,3\nWhat?,\n")
    request = IndexRequest(answers, questions=str(tmp_path / "asked.csv"), question="body", answer="right")
    assert read_index_rows(request, None).questions.answers.tolist() == [3, -1]
    assert read_index_rows(IndexRequest(answers), None).questions is None


def test_answers_and_questions_of_another_delimiter_and_encoding(tmp_path):
    (tmp_path / "answers.csv").write_bytes("id;text\n1;Grün, ja.\n2;Nein.\n".encode("cp1252"))
    (tmp_path / "asked.csv").write_bytes("question;id\nÖl?;2\n".encode("cp1252"))
    request = IndexRequest(
        str(tmp_path / "answers.csv"), questions=str(tmp_path / "asked.csv"), delimiter=";", encoding="cp1252"
    )
    found = read_index_rows(request, None)
    assert found.corpus.texts == ("Grün, ja.".encode(), b"Nein.")
    assert (found.questions.texts, found.questions.answers.tolist()) == (("Öl?".encode(),), [1])


def test_an_index_that_was_made_before(tmp_path):
    corpus = make_corpus(["a", "b"], [b"Yes.", b"No."], ["{}", "{}"])
    write_index(tmp_path, AnswerIndex(corpus, np.eye(2, dtype=np.float32), "0" * 64, 0), {})
    path = str(tmp_path / "answers" / "answers.parquet")
    found = read_index_rows(IndexRequest(path), None)
    assert found.corpus == corpus
    assert found.before.vectors.tolist() == [[1, 0], [0, 1]]
    for others in ({"metadata": ["team"]}, {"text": "body"}, {"identifier": "id"}):
        with pytest.raises(DataError, match="keeps the texts, ids and metadata that it was made with"):
            read_index_rows(IndexRequest(path, **others), None)


def test_questions_come_from_one_place(answers):
    with pytest.raises(DataError, match=r"not from both(.|\n)*leave out --questions or --held-out"):
        read_index_rows(IndexRequest(answers, questions="asked.csv", held_out=True), None)
