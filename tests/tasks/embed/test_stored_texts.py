import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.ragged_rows import RaggedRows, concatenated
from bert_tf.tasks.embed.stored_texts import as_rows, first_texts, join_texts, split_texts

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@given(st.lists(st.lists(texts, min_size=2, max_size=2), min_size=1, max_size=5))
def test_texts_of_any_characters_are_read_back(rows):
    stored = concatenated([as_rows(["x"]), *(_row(join_texts([text.encode() for text in row])) for row in rows)])
    assert split_texts(stored)[1:] == [tuple(text.encode() for text in row) for row in rows]
    assert first_texts(stored) == ["x", *(first for first, _ in rows)]


def _row(content):
    return RaggedRows.of_lengths(np.frombuffer(content, np.uint8), np.array([len(content)]))


@given(st.lists(texts, max_size=5))
def test_single_texts_are_rows(given_texts):
    assert first_texts(as_rows(given_texts)) == given_texts
