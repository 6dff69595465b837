import re

import numpy as np
import pytest
from tag_numbers import numbers, ragged

from bert_tf.tasks.tag.alignment import align
from bert_tf.text.word_places import WordPlaces


class Rows:
    """Texts with entities: start, end and type of each."""

    def __init__(self, *rows):
        self._texts = [text.encode() for text, _ in rows]
        self.targets = ragged([spans for _, spans in rows], width=3)

    def __len__(self):
        return len(self._texts)

    def texts(self, start, stop):
        return self._texts[start:stop]


def places(*texts):
    """Of words between blanks, of marks, and of single ideographs."""
    spans = [
        [match.span() for match in re.finditer(r"[\u4e00-\u9fff]|[^\W\u4e00-\u9fff]+|[^\w\s]", text)] for text in texts
    ]
    joined = [
        [
            0,
            *(
                ord(text[start - 1]) * bool(re.fullmatch(r"[!-~]{2}", text[start - 1 : start + 1]))
                for start, _ in words[1:]
            ),
        ][: len(words)]
        for text, words in zip(texts, spans, strict=True)
    ]
    return WordPlaces(*(ragged([[span[side] for span in words] for words in spans]) for side in (0, 1)), ragged(joined))


def tags_of(text, spans):
    found = align({"train": Rows((text, spans))}, {"train": places(text)}).words["train"]
    return found.targets[0][:, 0].tolist()


@pytest.mark.parametrize(
    ("text", "spans", "tags"),
    [
        ("Ada saw New York", [(0, 3, 1), (8, 16, 0)], "B-PER O B-LOC I-LOC"),
        ("Ada saw New York", [(8, 11, 0), (12, 16, 0)], "O O B-LOC B-LOC"),
        # What begins or ends inside a word has all of it.
        ("Ada saw New York", [(9, 14, 0)], "O O B-LOC I-LOC"),
        ("U.S. law", [(0, 4, 0)], "B-LOC I-LOC I-LOC I-LOC O"),
        # The blank between two words is of neither: the entity stands behind them, where nothing is read.
        ("Ada saw", [(3, 4, 0)], "O O B-LOC"),
        # A word that two entities cut has the first.
        ("Newyork city", [(0, 3, 0), (3, 12, 1)], "B-LOC B-PER"),
        ("Newyork", [(0, 3, 0), (3, 7, 1)], "B-LOC B-PER"),
        ("", [], ""),
    ],
)
def test_words_get_the_tags_of_the_entities_that_have_them(text, spans, tags):
    assert tags_of(text, spans) == numbers(tags.split())


def test_places_stand_beside_tags():
    texts = ("Ada saw", "", "Bob")
    rows = Rows(*((text, []) for text in texts))
    found = align({"train": rows}, {"train": places(*texts)}).words["train"].targets
    assert [row[:, 1:3].tolist() for row in found] == [[[0, 3], [4, 7]], [], [[0, 3]]]
    assert found.dtype == np.int32


def test_what_training_rows_have_is_marked_where_it_is_measured():
    train = Rows(("Ada of Bonn", [(0, 3, 1), (7, 11, 0)]))
    test = Rows(("Ada Bonn Bob", [(0, 3, 1), (4, 8, 1), (9, 12, 1)]))
    texts = {"train": ("Ada of Bonn",), "test": ("Ada Bonn Bob",)}
    found = align({"train": train, "test": test}, {name: places(*each) for name, each in texts.items()}).words
    # Bonn is known as a place only.
    assert found["test"].targets[0][:, 3].tolist() == [1, 0, 0]
    assert found["train"].targets[0][:, 3].tolist() == [1, 0, 1]


def test_an_entity_without_a_word_stands_behind_the_words_with_its_own_place():
    rows = Rows(("Newyork city", [(0, 3, 0), (3, 7, 1), (8, 12, 0)]), ("Ada", [(0, 3, 1)]))
    found = align({"train": rows}, {"train": places("Newyork city", "Ada")}).words["train"]
    assert [row.tolist() for row in found.targets] == [[[1, 0, 7, 1], [1, 8, 12, 1], [3, 3, 7, 1]], [[3, 0, 3, 1]]]
    assert [row.tolist() for row in found.learned] == [[1, 1], [3]]


@pytest.mark.parametrize(
    ("text", "spans", "learned"),
    [
        ("Ada saw it .", [(0, 3, 1)], "Ada saw it ."),
        # Of an address and of the name of a user, where no entity is, the first part.
        ("see http://ada.org/x @Ada", [], "see http @"),
        # All of what an entity is in, or a part of: where it ends has to be learned.
        ("U.S. law", [(0, 4, 0)], "U . S . law"),
        ("in London, (today).", [(3, 9, 0)], "in London , ("),
        # What has an ideograph beside it is a word of its own.
        ("我爱北京。是的", [], "我 爱 北 京 。 是 的"),
        ("我爱AT&T的", [], "我 爱 AT 的"),
        ("", [], ""),
    ],
)
def test_of_words_that_are_joined_the_first_is_learned(text, spans, learned):
    found = align({"train": Rows((text, spans))}, {"train": places(text)}).words["train"]
    words = zip(found.targets[0].tolist(), found.learned[0].tolist(), strict=True)
    assert [text[start:end] for (_, start, end, _), tag in words if tag >= 0] == learned.split()
    assert [tag for tag in found.learned[0] if tag >= 0 and tag not in found.targets[0][:, 0]] == []


def test_words_are_learned_that_entities_begin_like_in_the_training_rows():
    texts = ("#Bonn a#b (x", "say #no (y a@b")
    found = align({"train": Rows((texts[0], [(1, 5, 0)])), "test": Rows((texts[1], []))},
                  {"train": places(texts[0]), "test": places(texts[1])})  # fmt: skip
    assert found.words["train"].learned[0].tolist() == [0, 1, 0, -1, 0, 0, -1]
    #                                                say # no ( y  a  @  b
    assert found.words["test"].learned[0].tolist() == [0, 0, 0, 0, -1, 0, -1, -1]
    assert "#" not in found.facts["joining_marks"]
    assert "@" in found.facts["joining_marks"]
    assert "(" not in found.facts["joining_marks"]
    assert found.words["test"].joined_to[0].tolist() == [*(0, 0, ord("#"), 0, ord("("), 0, ord("a"), ord("@"))]
