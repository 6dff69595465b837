import re

import pytest

from bert_tf.models.languages import encoder_for, language_mismatch

GERMAN = "Das Paket ist nicht angekommen, und ich warte auf eine Antwort von Ihnen."
ENGLISH = "The parcel has not come, and I have been waiting for an answer from you."


class Rows:
    """Some texts, of which it is counted how many are read."""

    def __init__(self, texts: list[str]) -> None:
        self.texts = texts
        self.read = 0

    def __len__(self) -> int:
        return len(self.texts)

    def text(self, index: int) -> str:
        self.read += 1
        return self.texts[index]


@pytest.mark.parametrize(
    "encoder, text, told",
    [
        ("minilm-l6", GERMAN, "look German, but minilm-l6 was trained on English.*bert-base-german-cased"),
        ("bert-base-chinese", ENGLISH, "look English, but bert-base-chinese was trained on Chinese.*minilm-l6"),
        ("bert-base", "这部电影不错,但是演员不好。", "such as bert-base-chinese"),
        ("bge-small-zh-v1.5", ENGLISH, "was trained on Chinese"),
    ],
)
def test_another_language_is_told(encoder, text, told):
    assert re.search(told, language_mismatch(encoder, Rows([text] * 3)))


@pytest.mark.parametrize(
    "encoder, text",
    [
        ("minilm-l6", ENGLISH),
        ("bert-base-chinese", "这部电影不错。"),
        ("own/encoder", GERMAN),
        ("minilm-l6", "4711 0815"),
    ],
)
def test_nothing_is_told_where_they_agree_or_nothing_is_known(encoder, text):
    assert language_mismatch(encoder, Rows([text] * 3)) == ""


def test_many_rows_are_sampled_from_all_over():
    rows = Rows([ENGLISH] * 300 + [GERMAN] * 9_700)
    assert "German" in language_mismatch("minilm-l6", rows)
    assert rows.read <= 1000


def test_encoder_for_a_language_of_its_own_and_for_others():
    assert encoder_for("German") == "google-bert/bert-base-german-cased"
    assert encoder_for("Spanish") == "google-bert/bert-base-multilingual-cased"
