import numpy as np
import pytest

from bert_tf.text.byte_places import byte_places
from bert_tf.text.fuzz import fuzz_texts
from bert_tf.text.torture import TORTURE_TEXTS


def first_bytes(text):
    """The byte that each character begins at, and the one behind the last, as Python reads malformed UTF-8."""
    # A character is decoded by the first bytes that do: one that is malformed may end behind any of them.
    decoded = text.decode("utf-8", "replace")
    places, place = [], 0
    for character in decoded:
        places.append(place)
        place += len(character.encode()) if character != "\ufffd" else _malformed(text[place:])
    return [*places, place]


def _malformed(rest):
    """Bytes that one replacement character stands for."""
    try:
        rest.decode()
    except UnicodeDecodeError as problem:
        if problem.start == 0:
            return problem.end
    return len("\ufffd".encode())


@pytest.mark.parametrize("texts", [[*TORTURE_TEXTS, *fuzz_texts(300, seed=11)], [b"", b"\xff"], []])
def test_bytes_are_those_of_the_text_as_it_was_sent(tokenizer, texts):
    in_characters = tokenizer.word_places(texts)
    in_bytes = byte_places(texts, in_characters)
    assert in_bytes.joined_to.values.tolist() == in_characters.joined_to.values.tolist()
    for row, text in enumerate(texts):
        places = np.array(first_bytes(text))
        assert places[-1] == len(text)
        for characters, found in ((in_characters.starts, in_bytes.starts), (in_characters.ends, in_bytes.ends)):
            assert found[row].tolist() == places[characters[row]].tolist(), text


def test_a_few_by_hand(tokenizer):
    texts = ["Åsa 中!".encode(), b"\xe4\xb8 a"]
    found = byte_places(texts, tokenizer.word_places(texts))
    assert [(row.tolist(), ends.tolist()) for row, ends in zip(found.starts, found.ends, strict=True)] == [
        ([0, 5, 8], [4, 8, 9]),
        ([3], [4]),  # what is malformed is of no word here, and has two bytes
    ]
