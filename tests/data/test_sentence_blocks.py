"""Sentences that are read many at once are those that are read line by line, and those of another reader."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bert_tf.data import lines, sentence_blocks
from bert_tf.data.conll import read_conll
from bert_tf.data.lines import NumberedLines
from bert_tf.data.row_blocks import RowBlock, row_by_row
from bert_tf.data.rows import Item, Row

NO_BLOCKS = 1 << 30
PIECES = [
    "a\tO", "b\tB-X", "c\td\tO", "x O", "y  O", " z O", "z O ", "#", "# a b", "#x\tO", "-DOCSTART-\tO", "-y\tO", "\tO",
    "\u00a0\tO", "\u00a0", " ", "", "", "\r", "w\tO\r", "ä\tO", "x" * 41 + "\tO", b"\xff\tO",
]  # fmt: skip


def read(
    content: bytes, *, least: int, most: int = 4096, chunk: int = 1 << 18, beginning: str = "a\tO\n"
) -> tuple[list[Item], int]:
    """All items, and how many rows came in blocks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sentence_blocks, "_LEAST_LINES", least)
        patch.setattr(sentence_blocks, "_MOST_LINES", most)
        patch.setattr(lines, "_CHUNK", chunk)
        found = NumberedLines(io.BufferedReader(io.BytesIO(content)), limit=40)
        items = list(read_conll(found, name="a", beginning=beginning, columns=None, max_row_bytes=40))
    return list(row_by_row(items)), sum(len(item) for item in items if isinstance(item, RowBlock))


@given(
    body=st.lists(st.sampled_from(PIECES), max_size=40),
    beginning=st.sampled_from(["a\tO\n", "a O\n"]),
    most=st.integers(1, 20),
    chunk=st.integers(1, 80),
)
@settings(max_examples=300)
def test_sentences_are_those_that_are_read_line_by_line(
    body: list[str | bytes], beginning: str, most: int, chunk: int
) -> None:
    content = b"\n".join(part if isinstance(part, bytes) else part.encode() for part in body)
    many, _ = read(content, least=1, most=most, chunk=chunk, beginning=beginning)
    alone, none = read(content, least=NO_BLOCKS, beginning=beginning)
    assert many == alone
    assert none == 0


@pytest.mark.parametrize("delimiter", ["\t", " "])
def test_sentences_are_those_of_another_reader(delimiter: str) -> None:
    sentences = [[(f"{row % 7}-{word}", "B-X" if word else "O") for word in range(row % 4 + 1)] for row in range(300)]
    text = "x\tO\n\n".replace("\t", delimiter) + "\n".join(
        "".join(f"{word}{delimiter}{tag}\n" for word, tag in sentence) for sentence in sentences
    )
    (_, first, *found), in_blocks = read(text.encode(), least=64, beginning=text)
    assert isinstance(first, Row)
    number = 3
    for sentence, row in zip(sentences, found, strict=True):
        words, tags = map(list, zip(*sentence, strict=True))
        assert row == Row(number, {"token": words, "tag": tags}, len(sentence))
        number += len(sentence) + 1
    assert in_blocks > 250
