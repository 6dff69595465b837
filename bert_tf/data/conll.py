"""CoNLL files: a word and its tags in each line, a blank line behind each sentence."""

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from bert_tf.data.lines import Line, NumberedLines
from bert_tf.data.row_blocks import BlockItem
from bert_tf.data.rows import BadRow, Header, Remark, Row
from bert_tf.data.sentence_blocks import SentenceBlocks
from bert_tf.errors import DataError

WORD, TAG = "token", "tag"  # what the first and the last column are called
_DOCUMENT = "-DOCSTART-"
# A word may begin so too: "#NLProc" without its tag is a ragged line, and no comment.
_COMMENT = re.compile(r"#(?:[ \t#].*)?")
_LINE_END = re.compile(r"\r\n|\r|\n")
_BLANKS = re.compile(r"[ \t]+")
_TAG = re.compile(r"O|[BIMESLUW]-\S+")
# What stands in a first line that names the columns, in the last of them.
_NAMES_OF_TAGS = frozenset(("tag", "tags", "ner", "ner_tag", "ner_tags", "label", "labels", "entity", "iob", "bio"))
_SAMPLE = 2000  # lines that a layout is found by
_MOST_TAGS = 0.95  # share of the lines that end with a tag, from which on a file is one of these


@dataclass(frozen=True)
class ConllLayout:
    """How the lines of a file are divided.

    Attributes:
        has_tabs: Between columns, or blanks of any number.
        width: How many columns there are.
        has_tags: Whether the last one is of tags such as B-PER and O.
    """

    has_tabs: bool
    width: int
    has_tags: bool = False

    def fields(self, text: str) -> list[str]:
        """The columns of a line."""
        return text.split("\t") if self.has_tabs else _BLANKS.split(text.strip(" \t"))

    def is_comment(self, text: str) -> bool:
        """Whether a line begins with # and a blank, and is not divided as the others are, or ends with no tag as they
        do: MultiCoNER has `# id 12 domain=en` among words with three columns more."""
        if not text.startswith("#") or _COMMENT.fullmatch(text) is None:
            return False
        fields = self.fields(text)
        return len(fields) != self.width or (self.has_tags and not _TAG.fullmatch(fields[-1]))

    def is_header(self, text: str) -> bool:
        """Whether a first line names the columns: it ends with a name of tags where the others end with tags."""
        fields = self.fields(text)
        return self.has_tags and len(fields) == self.width and fields[-1].strip().lower() in _NAMES_OF_TAGS


def conll_layout(beginning: str) -> ConllLayout:
    """By the first lines of a file: tabs where each has one, and as many columns as most have."""
    lines = [line for line in _first_lines(beginning) if _holds_word(line)]
    # What begins a document is often divided by a blank, whatever divides the words.
    words = [line for line in lines if not line.startswith(("#", _DOCUMENT))] or lines
    has_tabs = bool(words) and all("\t" in line for line in words)
    divided = list(map(ConllLayout(has_tabs, 0).fields, words))
    widths = Counter(map(len, divided))
    width = widths.most_common(1)[0][0] if widths else 0
    return ConllLayout(has_tabs, width, _are_tags([fields[-1] for fields in divided if len(fields) == width]))


def looks_like_conll(beginning: str) -> bool:
    """Whether a column has tags such as B-PER and O, and there are blank lines."""
    layout, lines = conll_layout(beginning), _first_lines(beginning)
    words = [line for line in lines if _holds_word(line) and not layout.is_comment(line)]
    if layout.width < 2 or not len(words) < len(lines):
        return False
    divided = [fields for fields in map(layout.fields, words) if len(fields) == layout.width]
    if len(divided) < _MOST_TAGS * len(words):
        return False
    columns = list(zip(*divided, strict=True))[1:]
    return any(_are_tags(column) and any(tag != "O" and _TAG.fullmatch(tag) for tag in column) for column in columns)


def _are_tags(values: Sequence[str]) -> bool:
    return bool(values) and sum(map(bool, map(_TAG.fullmatch, values))) >= _MOST_TAGS * len(values)


def read_conll(
    lines: NumberedLines, *, name: str, beginning: str, columns: Sequence[str] | None, max_row_bytes: int
) -> Iterator[BlockItem]:
    """The header, then a row for each sentence, whose cells are lists: a value for each word. In blocks where possible.

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
    if layout.is_header(_first_lines(beginning)[0]) and (first := next(lines, None)) is not None:
        yield Remark(f"the first line is skipped, which names the columns: {' '.join(first.text.split())!r}")
    sentence = _Sentence(layout, names, max_row_bytes)
    read, delimiter = partial(_rows_of, layout=layout, names=names), "\t" if layout.has_tabs else " "
    blocks = SentenceBlocks(read, columns=names, delimiter=delimiter, limit=max_row_bytes)
    while True:
        block = blocks.next_block(lines) if sentence.is_empty else None
        if block is not None:
            if len(block):
                yield block
        elif (line := next(lines, None)) is None:
            break
        elif (row := sentence.ended_by(line)) is not None:
            yield row
    if (row := sentence.taken()) is not None:
        yield row


def _rows_of(text: str, *, layout: ConllLayout, names: tuple[str, ...]) -> list[Row | BadRow]:
    """The rows of a few lines, none of which is too long for one; their first line has the number 1."""
    if "#" not in text and "\r" not in text and _DOCUMENT not in text:
        words = list(map(layout.fields, text.split("\n")))
        if all(len(fields) == layout.width and fields[0].strip() for fields in words):
            return [Row(1, _cells(names, words), len(words))]
    sentence = _Sentence(layout, names, len(text.encode()))
    lines = (Line(number, line, 0) for number, line in enumerate(io.StringIO(text, newline="\n"), start=1))
    return [row for row in (*map(sentence.ended_by, lines), sentence.taken()) if row is not None]


def _cells(names: Sequence[str], words: Sequence[Sequence[str]]) -> dict[str, list[str]]:
    if len(words) == 1:
        return {name: [value] for name, value in zip(names, words[0], strict=True)}
    return dict(zip(names, map(list, zip(*words, strict=True)), strict=True))


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

    @property
    def is_empty(self) -> bool:
        return not self._lines

    def ended_by(self, line: Line) -> Row | BadRow | None:
        """The row that a line ends, if it does; else it is the next of the sentence."""
        # Of a line that is too long there is no text.
        if line.damage is None and (not _holds_word(line.text) or line.text.startswith(_DOCUMENT)):
            return self.taken()
        self._add(line)
        return None

    def _add(self, line: Line) -> None:
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
            row = Row(self._first, _cells(self.names, self._words), lines=self._lines)
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
