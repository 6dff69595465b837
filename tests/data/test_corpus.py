import json

import pytest

from bert_tf.data import corpus as corpora
from bert_tf.data.corpus import read_corpus, read_questions
from bert_tf.errors import DataError


@pytest.fixture
def answers(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text(
        "id,text,team\na1,Reset it in the settings.,accounts\n7,Call your bank.,cards\nb2,Call your bank.,\n"
    )
    return str(path)


def written(folder, name, text):
    (folder / name).write_text(text)
    return str(folder / name)


def test_ids_texts_and_metadata(answers):
    found = read_corpus(answers, metadata=["team"])
    assert found.ids == ("a1", "7", "b2")
    assert found.texts == (b"Reset it in the settings.", b"Call your bank.", b"Call your bank.")
    assert [json.loads(each) for each in found.metadata] == [{"team": "accounts"}, {"team": "cards"}, {"team": ""}]
    assert (len(found), found.repeated_texts) == (3, 1)
    assert read_corpus(answers).metadata is None


def test_the_hash_is_that_of_the_rows_and_not_of_the_file(answers, tmp_path):
    rows = [
        {"id": "a1", "text": "Reset it in the settings."},
        {"id": 7, "text": "Call your bank."},
        {"id": "b2", "text": "Call your bank."},
    ]
    lines = written(tmp_path, "answers.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    assert read_corpus(lines).sha256 == read_corpus(answers).sha256
    assert read_corpus(answers, metadata=["team"]).sha256 != read_corpus(answers).sha256
    turned = written(tmp_path, "turned.jsonl", "".join(json.dumps(row) + "\n" for row in rows[::-1]))
    assert read_corpus(turned).sha256 != read_corpus(answers).sha256


def test_columns_of_other_names(tmp_path):
    path = written(tmp_path, "faq.tsv", "nr\tbody\n1\tYes.\n2\tNo.\n")
    assert read_corpus(path, text="body", identifier="nr").ids == ("1", "2")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id,text\na,Yes.\na,No.\n", r"1 answer can't be used(.|\n)*:3: the id 'a' is that of .*:2 already"),
        ("id,text\na,Yes.\nb,\n", r":3: text is empty"),
        ("id,text\n,Yes.\nb,No.\n", r":2: id is empty"),
        ("id,body\na,Yes.\n", r"A column is missing(.|\n)*no column 'text'(.|\n)*are: id, body(.|\n)*--text and --id"),
        ("id,text\n", r"has no rows below its header"),
    ],
)
def test_answers_that_cannot_be_used(content, message, tmp_path):
    with pytest.raises(DataError, match=message):
        read_corpus(written(tmp_path, "answers.csv", content))


def test_a_row_of_json_without_a_text(tmp_path):
    path = written(tmp_path, "answers.jsonl", '{"id": 1, "text": "Yes."}\n{"id": true, "text": "No."}\n{"id": 3}\n')
    with pytest.raises(DataError, match=r"2 answers can't be used(.|\n)*:2: id is True(.|\n)*:3: text is missing"):
        read_corpus(path)


@pytest.mark.parametrize(
    ("value", "message"),
    [('"\\ud800"', "lone surrogate"), ('{"a": ["\\udfff"]}', "lone surrogate"), ("NaN", "such as NaN"),
     ("[1e999]", "such as NaN")],
)  # fmt: skip
def test_metadata_that_no_json_holds(value, message, tmp_path):
    rows = written(tmp_path, "a.jsonl", f'{{"id": 1, "text": "a", "link": {value}}}\n')
    with pytest.raises(DataError, match=f"a.jsonl:1: its metadata has a .*{message}"):
        read_corpus(rows, metadata=["link"])
    assert len(read_corpus(rows)) == 1


def test_more_answers_than_are_compared_with_a_question(answers, monkeypatch):
    monkeypatch.setattr(corpora, "LARGEST_CORPUS", 3)
    assert len(read_corpus(answers)) == 3
    monkeypatch.setattr(corpora, "LARGEST_CORPUS", 2)
    with pytest.raises(DataError, match=r"more than 2 answers(.|\n)*--approximate FOLDER"):
        read_corpus(answers)


def test_questions_with_and_without_an_answer(answers, tmp_path):
    path = written(tmp_path, "questions.csv", "question,id\nHow do I reset it?,a1\nIs it raining?,\nWho helps?,b2\n")
    found = read_questions(path, read_corpus(answers))
    assert found.texts == (b"How do I reset it?", b"Is it raining?", b"Who helps?")
    assert found.answers.tolist() == [0, -1, 2]
    assert found.in_scope.tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "question,id\nHow?,a11\n",
            r"1 question can't be used(.|\n)*:2: no answer has the id 'a11'; did you mean 'a1",
        ),
        ("question,id\n ,a1\n", r":2: question is empty"),
        ("text,id\nHow?,a1\n", r"no column 'question'"),
    ],
)
def test_questions_that_cannot_be_used(content, message, answers, tmp_path):
    with pytest.raises(DataError, match=message):
        read_questions(written(tmp_path, "questions.csv", content), read_corpus(answers))
