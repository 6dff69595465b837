"""CoNLL files: a word and its tags in each line, a blank line behind each sentence."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bert_tf.data.lines import Line
from bert_tf.data.rows import BadRow, Header, Item, Row
from bert_tf.errors import DataError

WORD, TAG = "token", "tag"  # what the first and the last column are called
_DOCUMENT = "-DOCSTART-"
# A word may begin so too: "#NLProc" without its tag is a ragged line, and no comment.
_COMMENT = re.compile(r"#(?:[ \t#].*)?")
_LINE_END = re.compile(r"\r\n|\r|\n")
_BLANKS = re.compile(r"[ \t]+")
_TAG = re.compile(r"O|[BIESLU]-\S+")
_SAMPLE = 2000  # lines that a layout is found by
_MOST_TAGS = 0.95  # share of the lines that end with a tag, from which on a file is one of these


@dataclass(frozen=True)
class ConllLayout:
    """How the lines of a file are divided: `has_tabs` between columns, or blanks of any number; `width` columns."""

    has_tabs: bool
    width: int

    def fields(self, text: str) -> list[str]:
        """The columns of a line."""
        return text.split("\t") if self.has_tabs else _BLANKS.split(text.strip(" \t"))

    def is_comment(self, text: str) -> bool:
        """Whether a line begins with # and a blank, and is not divided as the others are."""
        return text.startswith("#") and _COMMENT.fullmatch(text) is not None and len(self.fields(text)) != self.width


def conll_layout(beginning: str) -> ConllLayout:
    """By the first lines of a file: tabs where each has one, and as many columns as most have."""
    lines = [line for line in _first_lines(beginning) if _holds_word(line)]
    # What begins a document is often divided by a blank, whatever divides the words.
    words = [line for line in lines if not line.startswith(("#", _DOCUMENT))] or lines
    has_tabs = bool(words) and all("\t" in line for line in words)
    widths = Counter(len(ConllLayout(has_tabs, 0).fields(line)) for line in words)
    return ConllLayout(has_tabs, widths.most_common(1)[0][0] if widths else 0)


def looks_like_conll(beginning: str) -> bool:
    """Whether lines end with tags such as B-PER and O, and there are blank lines."""
    layout, lines = conll_layout(beginning), _first_lines(beginning)
    words = [line for line in lines if _holds_word(line) and not layout.is_comment(line)]
    tags = [layout.fields(line)[-1] for line in words]
    are_tags = sum(map(bool, map(_TAG.fullmatch, tags))) >= _MOST_TAGS * len(tags)
    return layout.width > 1 and are_tags and set(tags) != {"O"} and len(words) < len(lines)


def read_conll(
    lines: Iterable[Line], *, name: str, beginning: str, columns: Sequence[str] | None, max_row_bytes: int
) -> Iterator[Item]:
    """The header, then a row for each sentence, whose cells are lists: a value for each word.

    Without names, the first column is called `token`, the last `tag`, and those between `column2`, `column3`, …

    Args:
        lines: The file's lines.
        name: What it is called.
        beginning: Text of its first lines.
        columns: Names of the columns.
        max_row_bytes: A longer sentence is a bad row.

    Raises:
        DataError: there is one column only, or there are more or less names than columns.
    """
    layout = conll_layout(beginning)
    names = _names(layout.width, columns, name)
    yield Header(name, names)
    sentence = _Sentence(layout, names, max_row_bytes)
    for line in lines:
        # Of a line that is too long there is no text.
        if line.damage is not None or (_holds_word(line.text) and not line.text.startswith(_DOCUMENT)):
            sentence.add(line)
        elif (row := sentence.taken()) is not None:
            yield row
    if (row := sentence.taken()) is not None:
        yield row


@dataclass
class _Sentence:
    """Lines up to the next blank one."""

    layout: ConllLayout
    names: tuple[str, ...]
    limit: int
    _words: list[list[str]] = field(default_factory=list)
    _damage: BadRow | None = None
    _first: int = 0
    _lines: int = 0
    _bytes: int = 0

    def add(self, line: Line) -> None:
        text = line.text.rstrip("\r\n")
        if line.damage is None and self.layout.is_comment(text):
            return
        self._first = self._first or line.number
        self._lines += 1
        self._bytes += line.size
        fields = self.layout.fields(text)
        if self._damage is None:
            self._damage = line.damage or self._wrong(line.number, fields)
        if self._damage is None:
            self._words.append(fields)

    def _wrong(self, number: int, fields: Sequence[str]) -> BadRow | None:
        if self._bytes > self.limit:
            message = f"longer than {self.limit:,} bytes; data.max_row_bytes allows more"
            return BadRow(number, "long row", message)
        if len(fields) != self.layout.width:
            between = "tabs" if self.layout.has_tabs else "blanks"
            counted = "1 column" if len(fields) == 1 else f"{len(fields)} columns"
            return BadRow(number, "ragged line", f"{counted} where there are {self.layout.width}, divided by {between}")
        if not fields[0].strip():
            return BadRow(number, "empty word", "the line has a tag and no word")
        return None

    def taken(self) -> Row | BadRow | None:
        """The row, if there are any lines, and begin the next."""
        if not self._lines:
            return None
        row: Row | BadRow
        if self._damage is not None:
            row = self._damage._replace(lines=self._lines)
        else:
            cells = dict(zip(self.names, map(list, zip(*self._words, strict=True)), strict=True))
            row = Row(self._first, cells, lines=self._lines)
        self._words, self._damage, self._first, self._lines, self._bytes = [], None, 0, 0, 0
        return row


def _first_lines(beginning: str) -> list[str]:
    # Not splitlines: a word may hold U+2028, which it takes for a line's end.
    lines = _LINE_END.split(beginning)
    return (lines if lines[-1] else lines[:-1])[:_SAMPLE]


def _holds_word(text: str) -> bool:
    return bool(text.strip())


def _names(width: int, columns: Sequence[str] | None, name: str) -> tuple[str, ...]:
    if width < 2:
        raise DataError(
            f"The lines of {name} have one column; each needs a word and a tag.",
            where=name,
            hint="put a tab or a blank between word and tag; a sentence ends with a blank line",
        )
    if columns is None:
        return WORD, *(f"column{number}" for number in range(2, width)), TAG
    if len(columns) != width:
        raise DataError(
            f"data.columns has {len(columns)} names, but the lines of {name} have {width} columns.",
            where=name,
            hint="name each of them",
        )
    return tuple(columns)
