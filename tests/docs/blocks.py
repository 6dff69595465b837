"""The fenced blocks of a Markdown file, and whether what a command printed is what a block says it prints."""

import pathlib
import re
from dataclasses import dataclass

from markdown_it import MarkdownIt

# Said to the reader, in the paragraph before a block; in the README also in a comment of the source.
_NOT_RUN = re.compile(r"^(?:\*|<!-- )Not run by the tests: (?P<reason>.+?)\.?(?:\*| -->)\s*$")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*(?:e[+-]?\d+)?")


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes:
        path: The Markdown file.
        line: Of its opening fence, from 1.
        language: The word behind the fence; empty where there is none.
        text: What stands in it.
        not_run: Why the tests can't run it, as the file says; None for a block that they run.
        output: What it prints, where a `text` block stands right behind it.
    """

    path: pathlib.Path
    line: int
    language: str
    text: str
    not_run: str | None = None
    output: str | None = None

    def __str__(self) -> str:
        return f"{self.path.name}:{self.line} {self.text.strip().splitlines()[0]}"


def blocks_of(path: pathlib.Path) -> list[Block]:
    """All fenced blocks of a file, in order; a `text` block right behind another one is its output."""
    found: list[Block] = []
    reason, follows = None, False
    for token in MarkdownIt("commonmark").enable("table").parse(path.read_text(encoding="utf-8")):
        if token.type == "fence" and token.map is not None:
            language = (token.info.split() or [""])[0]
            if language == "text" and follows:
                found[-1] = Block(**{**vars(found[-1]), "output": token.content})
            else:
                found.append(Block(path, token.map[0] + 1, language, token.content, reason))
            reason, follows = None, language != "text"
            continue
        follows = False
        if token.type in ("inline", "html_block"):
            match = _NOT_RUN.match(token.content.strip())
            reason = match["reason"] if match else None
    return found


def prints(expected: str, printed: str, *, numbers: bool = True) -> bool:
    """Whether the lines of `expected` stand in `printed`, in order and without others between them.

    `…` stands for anything within a line, and a line of nothing else for any number of lines. How many spaces stand in
    a row doesn't count.

    Args:
        expected: What a document says.
        printed: What the command printed.
        numbers: Whether numbers must be equal; else any number will do where there is one.
    """
    literal = re.escape if numbers else _with_any_numbers
    pattern = r"(?:^|\n)"
    for line in expected.strip("\n").splitlines():
        if line.strip() == "…":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += r"[ \t]*" + r"[ \t]+".join(".*".join(map(literal, word.split("…"))) for word in line.split())
            pattern += r"[ \t]*\n"
    return re.search(pattern, printed.replace("\r", "\n") + "\n") is not None


def _with_any_numbers(text: str) -> str:
    return _NUMBER.pattern.join(re.escape(between) for between in _NUMBER.split(text))
