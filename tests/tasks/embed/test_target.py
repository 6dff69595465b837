import numpy as np
import pytest

from bert_tf.data.checks import Refusal
from bert_tf.data.load_data import load_splits
from bert_tf.data.target import Values
from bert_tf.errors import DataError
from bert_tf.tasks.embed.stored_texts import split_texts
from bert_tf.tasks.embed.target import EmbedTarget, in_words

TARGET, THREE = EmbedTarget("answer"), EmbedTarget("answer", "wrong")


def test_a_label_is_one_text_or_two():
    assert TARGET.check({"answer": "Grüße"}) == ("Grüße".encode(),)
    assert THREE.check({"answer": "yes", "wrong": "no"}) == (b"yes", b"no")
    assert repr(THREE.check({"answer": "yes", "wrong": "n" * 90})) == f"“yes”, not “{'n' * 59}…”"
    assert (TARGET.columns, THREE.columns) == (("answer",), ("answer", "wrong"))


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"answer": "  ", "wrong": "no"}, "answer is empty"),
        ({"answer": None, "wrong": "no"}, "answer is missing"),
        ({"answer": "yes", "wrong": ""}, "wrong is empty"),
        ({"answer": "yes", "wrong": "yes"}, "wrong is the same text as answer, which is the right one"),
        ({"answer": "oh yes", "wrong": "oh  yes "}, "wrong is the same text as answer, which is the right one"),
        ({"answer": 3, "wrong": "yes"}, "answer is 3, not a string"),
    ],
)
def test_what_is_no_pair_is_refused_by_a_sentence(cells, message):
    found = THREE.check(cells)
    assert isinstance(found, Refusal)
    assert found.message == message


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("card_arrival", "card arrival"),
        ("lostCard", "lost Card"),
        ("top-up  by_card", "top up by card"),
        ("VAT", "VAT"),
    ],
)
def test_labels_are_written_in_words(label, words):
    assert in_words(label) == words
    assert EmbedTarget("label", in_words=True).check({"label": label}) == (words.encode(),)


def test_a_wrong_label_is_written_in_words_as_the_right_one_is():
    target = EmbedTarget("label", "not", in_words=True)
    assert target.check({"label": "card_arrival", "not": "card_linking"}) == (b"card arrival", b"card linking")
    assert "the same text" in target.check({"label": "card_arrival", "not": "card-arrival"}).message
    assert target.check({"label": "card_arrival", "not": "__"}).message == "not has no words"


def test_a_label_without_words_is_refused():
    found = EmbedTarget("label", in_words=True).check({"label": "__"})
    assert isinstance(found, Refusal)
    assert found.message == "label has no words"


def values(*texts):
    distinct = tuple((text,) for text in dict.fromkeys(texts))
    return Values(distinct, np.array([distinct.index((text,)) for text in texts], np.int32))


def test_one_text_for_all_rows_can_not_be_learned():
    with pytest.raises(DataError, match="All of the 3 rows of train belong to one text, “a”; there is no other"):
        TARGET.learn(values(b"a", b"a", b"a"), where="data.train")
    # Another text of rows that were drawn for validation is none.
    apart = values(b"a", b"a", b"b")
    with pytest.raises(DataError, match="2 rows"):
        TARGET.learn(apart.of(np.array([0, 1])), where="data.train")


def test_rows_are_drawn_at_random_and_equal_texts_together():
    found = values(*(f"{row % 10}".encode() for row in range(100)))
    groups = np.repeat(np.arange(50), 2)
    parts = TARGET.draw(found, shares=[0.2], seed=0, groups=groups)
    assert parts.sum() == 20
    assert (parts[::2] == parts[1::2]).all()


def test_from_a_file_to_stored_texts(tmp_path):
    (tmp_path / "a.csv").write_text("text,answer,wrong\nhow,so,or so\nwhy,därum,so\nwhen,,no\nwho,me,me\n")
    with pytest.raises(DataError) as problem:
        _load(tmp_path)
    assert [line for line in str(problem.value).splitlines() if "a.csv" in line and ":" in line] != []
    assert "answer is empty" in str(problem.value)
    assert "wrong is the same text as answer" in str(problem.value)
    splits = _load(tmp_path, on_bad_row="skip")
    assert split_texts(splits.train.targets) == [(b"so", b"or so"), ("därum".encode(), b"so")]
    assert splits.report.summary.by_split["train"] == {
        "different": 2, "median characters": 3.5, "most characters": 5,
    }  # fmt: skip
    assert splits.facts == {"dimensions": (4, 2)}
    assert splits.target.groups(splits.train.targets)["pairs"].tolist() == [0, 1]


def _load(folder, **settings):
    target = EmbedTarget("answer", "wrong", dimensions=[4, 2])
    return load_splits(
        source="files", train=str(folder / "a.csv"), target=target, cache_folder=folder / "cache", **settings
    )


def test_other_texts_have_another_fingerprint():
    learned = TARGET.learn(values(b"a", b"b"), where="")
    assert learned.content((b"ab", b"c")) != learned.content((b"a", b"bc"))


def test_labels_that_texts_have_in_common():
    target = EmbedTarget("topic", by_label=True)
    assert target.check({"topic": "lost_card"}) == (b"lost_card",)
    values = Values([(b"x",), (b"y",)], np.repeat([0, 1], [40, 20]))
    parts = target.draw(values, shares=(0.25,), seed=0, groups=None)
    assert np.bincount(parts[:40]).tolist() == [30, 10]
    assert np.bincount(parts[40:]).tolist() == [15, 5]
    learned = target.learn(values, where="data.train")
    assert learned.facts == {"dimensions": (), "by_label": True}
    assert learned.summary({}).heading == "labels"
    with pytest.raises(DataError, match="All of the 3 rows of train have one label, “x”"):
        target.learn(Values([(b"x",)], np.zeros(3, np.int64)), where="data.train")
