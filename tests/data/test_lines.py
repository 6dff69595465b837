"""Physical lines, one by one and many at once: together they are all lines, as Python splits them."""

import io
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.data import lines as module
from bert_tf.data.lines import Line, NumberedLines, TextLines, slices

QUOTE = ord('"')
pieces = st.sampled_from(
    [b"a", b"bc", b'"', b"\r", b"\n", b"\n", b"\r\n", b"\xff", "ä".encode(), b"\xef\xbb\xbf", b","]
)


def lines_of(content: bytes, limit: int = 100) -> NumberedLines:
    return NumberedLines(io.BufferedReader(io.BytesIO(content)), limit=limit)


def expected(content: bytes, limit: int) -> list[tuple[int, str, int, bool]]:
    """Number, text, bytes and whether it is damaged, of each line."""
    parts = [part + b"\n" for part in content.split(b"\n")]
    parts[-1] = parts[-1][:-1]
    found = []
    for number, part in enumerate(filter(None, parts), start=1):
        if len(part.removesuffix(b"\n")) > limit:
            found.append((number, "", len(part), True))
            continue
        text = part.decode(errors="replace")
        is_damaged = part.decode(errors="ignore").encode() != part
        found.append((number, text.removeprefix("\ufeff") if number == 1 else text, len(part), is_damaged))
    return found


def plain_texts(found: module.PlainLines) -> list[str]:
    whole = slices(found.content, found.starts, found.stops).to_pylist()
    ends = slices(found.content, found.starts, found.ends).to_pylist()
    assert [line.removesuffix(b"\n").removesuffix(b"\r") if line.endswith(b"\n") else line for line in whole] == ends
    return [line.decode() for line in whole]


@given(
    content=st.lists(pieces, max_size=60).map(b"".join),
    limit=st.integers(1, 12),
    chunk=st.integers(1, 40),
    asked=st.lists(st.integers(1, 3)),
    mark=st.sampled_from([QUOTE, None]),
)
def test_every_line_is_there_once(content: bytes, limit: int, chunk: int, asked: list[int], mark: int | None) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_CHUNK", chunk)
        lines, found = lines_of(content, limit), list[tuple[int, str, int, bool]]()
        for least in [*asked, 0]:
            plain = lines.plain(mark=mark, least=least) if least else None
            if plain is not None:
                assert len(plain) >= least
                plain = plain.first(least + 1)
                lines.pass_over(len(plain))
                assert plain.text == "".join(plain_texts(plain))
                for number, text in enumerate(plain_texts(plain), start=plain.number):
                    assert "\r" not in text.removesuffix("\n").removesuffix("\r")
                    assert mark is None or chr(mark) not in text
                    found.append((number, text, len(text.encode()), False))
                continue
            taken = list(lines) if not least else [line for line in [next(lines, None)] if line is not None]
            found += [(line.number, line.text, line.size, line.damage is not None) for line in taken]
    assert found == expected(content, limit)


def test_plain_lines_end_before_one_that_is_not() -> None:
    lines = lines_of(b'a\nb\nc\n"d"\ne\n')
    assert lines.plain(mark=QUOTE, least=1) is None  # the first line may begin with a byte order mark
    assert next(lines) == Line(1, "a\n", 2)
    assert lines.plain(mark=QUOTE, least=3) is None
    plain = lines.plain(mark=QUOTE, least=2)
    assert plain is not None
    lines.pass_over(2)
    assert lines.number == 4
    assert (plain.number, plain_texts(plain)) == (2, ["b\n", "c\n"])
    assert [line.text for line in lines] == ['"d"\n', "e\n"]


@given(content=st.lists(st.sampled_from([b"a", b"\n", b"\r\n", b"\r"]), max_size=30).map(b"".join), take=st.integers(1))
def test_blank_lines_are_passed_over_up_to_the_next_that_is_none(content: bytes, take: int) -> None:
    whole = [(line.number, line.text) for line in lines_of(content)]
    take = min(take, len(whole))
    rest = whole[take:]
    while take and rest and rest[0][1] in ("\n", "\r\n"):
        rest = rest[1:]
    for lines in (lines_of(content), TextLines(content.decode())):
        assert [(line.number, line.text) for line in islice(lines, take)] == whole[:take]
        if take:
            lines.pass_over_blank()
        assert [(line.number, line.text) for line in lines] == rest
