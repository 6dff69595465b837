"""Where long texts are cut, and that the cut changes no token."""

import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import PreTrainedTokenizerFast

from bert_tf.text.cutting import cut_texts


def cut(text: bytes, tokens: int) -> tuple[bytes, bool]:
    heads, was_cut = cut_texts(tf.constant([text]), tokens=tokens)
    return heads.numpy()[0], bool(was_cut.numpy()[0])


def test_long_text_is_cut_at_a_break() -> None:
    assert cut(b"seven eight nine ten eleven", 2) == (b"seven", True)
    assert cut(b"a" * 1000 + b" b" * 200, 200) == (b"a" * 1000 + b" b" * 36, True)


def test_text_within_the_limit_stays_whole() -> None:
    assert cut(b"one two", 2) == (b"one two", False)
    assert cut(b"", 2) == (b"", False)


def test_text_without_a_break_stays_whole() -> None:
    assert cut(b"x" * 500, 2) == (b"x" * 500, False)


def test_ideographic_stops_are_breaks_and_no_character_is_torn() -> None:
    text = ("中文" * 30 + "。") * 5
    head, was_cut = cut(text.encode(), 40)
    assert was_cut
    assert text.startswith(head.decode())


@settings(max_examples=300)
@given(
    pieces=st.lists(
        st.one_of(
            st.sampled_from(
                [
                    b" ",
                    b"\n",
                    b"the",
                    b"unaffable",
                    b"ing",
                    "é".encode(),
                    "中".encode(),
                    "。".encode(),
                    b"\xe3\x80",
                    b"\xff",
                ]
            ),
            st.binary(max_size=4),
        ),
        max_size=60,
    ),
    tokens=st.integers(1, 12),
)
def test_tokens_of_the_head_are_the_first_of_the_whole(
    reference: PreTrainedTokenizerFast, pieces: list[bytes], tokens: int
) -> None:
    text = b"".join(pieces)
    head, _ = cut(text, tokens)
    whole, start = reference([part.decode("utf-8", "replace") for part in (text, head)], add_special_tokens=False)[
        "input_ids"
    ]
    assert whole[: len(start)] == start
