"""Words and their places, held against Hugging Face's fast tokenizer, which splits by the same rules."""

import itertools
import string
import unicodedata

import numpy as np
import pytest
from tokenizers.normalizers import BertNormalizer

from bert_tf.text.fuzz import fuzz_texts
from bert_tf.text.torture import TORTURE_TEXTS
from bert_tf.text.word_places import beginnings, joined_places

# Puts blanks around ideographs, and changes nothing else.
IDEOGRAPHS = BertNormalizer(clean_text=False, handle_chinese_chars=True, strip_accents=False, lowercase=False)


def words_of(encoding):
    """Start and end of each of its words."""
    spans: dict[int, tuple[int, int]] = {}
    for word, (start, end) in zip(encoding.word_ids, encoding.offsets, strict=True):
        first, last = spans.get(word, (start, end))
        spans[word] = (min(first, start), max(last, end))
    return list(spans.values())


@pytest.fixture(scope="module")
def texts(real_texts):
    return [*real_texts[::7], *TORTURE_TEXTS, *fuzz_texts(1500, seed=5)]


def changes_places(text):
    """Whether canonical order moves any combining mark; Hugging Face counts those where they have moved to."""
    return "".join(unicodedata.normalize("NFD", character) for character in text) != unicodedata.normalize("NFD", text)


def test_words_stand_where_hugging_face_has_them(tokenizer, reference, texts):
    settled = [text for text in texts if not changes_places(text.decode("utf-8", "replace"))]
    assert len(settled) > 1000
    places = tokenizer.word_places(settled)
    decoded = [text.decode("utf-8", "replace") for text in settled]
    for row, encoding in enumerate(reference(decoded, add_special_tokens=False, verbose=False).encodings):
        own = list(zip(places.starts[row].tolist(), places.ends[row].tolist(), strict=True))
        assert own == words_of(encoding), ascii(decoded[row])


def is_ideograph(character):
    return IDEOGRAPHS.normalize_str(character) != character


def test_words_are_joined_to_the_character_before_them(tokenizer, reference, texts):
    settled = [text for text in texts if not changes_places(text.decode("utf-8", "replace"))]
    places = tokenizer.word_places(settled)
    decoded, joined = [text.decode("utf-8", "replace") for text in settled], 0
    for row, encoding in enumerate(reference(decoded, add_special_tokens=False, verbose=False).encodings):
        text, spans = decoded[row], words_of(encoding)
        touches = [
            one[1] == other[0] and not any(map(is_ideograph, text[other[0] - 1 : other[0] + 1]))
            for one, other in itertools.pairwise(spans)
        ]
        found = places.joined_to[row].tolist()
        assert [mark != 0 for mark in found] == [False, *touches][: len(spans)], ascii(text)
        before = [(mark, text[start - 1]) for mark, (start, _) in zip(found, spans, strict=True) if mark]
        joined += len(before)
        assert all(chr(mark) == other for mark, other in before if other in string.punctuation), ascii(text)
    assert joined > 1000


def test_the_tokens_that_begin_a_word_are_those_of_the_words(tokenizer, reference, texts):
    encoded = tokenizer.encode_batch(texts, max_tokens=10_000)
    begins = np.split(tokenizer.begins_word[encoded.ids], np.cumsum(encoded.lengths)[:-1])
    assert [int(row.sum()) for row in begins] == tokenizer.word_places(texts).starts.lengths.tolist()
    decoded = [text.decode("utf-8", "replace") for text in texts]
    for row, encoding in zip(begins, reference(decoded, verbose=False).encodings, strict=True):
        ids = encoding.word_ids
        assert row.tolist() == [
            word is not None and (place == 0 or ids[place - 1] != word) for place, word in enumerate(ids)
        ]


def test_a_few_by_hand(tokenizer):
    places = tokenizer.word_places(["Zürich's 中文 \0né e\u0301!".encode(), b"", b" \t"])
    text = "Zürich's 中文 \0né e\u0301!"
    found = [text[start:end] for start, end in zip(places.starts[0], places.ends[0], strict=True)]
    assert found == ["Zürich", "'", "s", "中", "文", "né", "e", "!"]  # a mark that is dropped is of no word
    assert places.starts.lengths.tolist() == [8, 0, 0]
    # Of the last, a mark that is dropped stands between.
    assert places.joined_to[0].tolist() == [0, ord("h"), ord("'"), 0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("@Ada", "\0@"),
        ("a.b c", "\0a.\0"),
        ("中@", "\0\0"),
        ("@中", "\0\0"),
        ("＠Ada", "\0＠"),
        ("É!", "\0e"),
        (" a", "\0"),
    ],
)
def test_what_words_are_joined_to_by_hand(tokenizer, text, joined):
    assert "".join(map(chr, tokenizer.word_places([text.encode()]).joined_to[0])) == joined


def test_places_of_parts_of_texts(tokenizer):
    texts = [b"one two", b"", b"three!"]
    whole = tokenizer.word_places(texts)
    joined = joined_places([tokenizer.word_places(texts[:1]), tokenizer.word_places(texts[1:])])
    for one, other in ((whole, joined), (whole.of(np.array([2, 0])), joined.of(np.array([2, 0])))):
        assert [row.tolist() for row in one.starts] == [row.tolist() for row in other.starts]
        assert [row.tolist() for row in one.ends] == [row.tolist() for row in other.ends]
        assert [row.tolist() for row in one.joined_to] == [row.tolist() for row in other.joined_to]
    assert len(whole) == 3


def test_pieces_inside_words_and_special_tokens_begin_none():
    found = beginnings(("[PAD]", "[CLS]", "a", "##b", None, "##"), size=7, special=(0, 1))
    assert found.tolist() == [False, False, True, False, False, False, False]
