"""Text of other people on a terminal: what could steer it is shown escaped, and no encoding ends a command."""

import codecs
import re
import sys
from collections.abc import Callable
from typing import IO, Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

# C0 but for tabs and ends of lines, DEL and C1; marks that turn the direction of writing (Unicode TR 36, 2.10);
# separators that end a line; halves of a pair, which no encoding has.
_STEERING = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_PLAIN = {
    "·": "-", "–": "-", "—": "-", "−": "-", "…": "...", "“": '"', "”": '"', "‘": "'", "’": "'", "×": "x",
    "→": "->", "±": "+/-", "≤": "<=", "≥": ">=", "•": "*", "�": "?",
}  # fmt: skip
_ERRORS = "bert_tf.plain"


def visible(text: str) -> str:
    r"""A text whose control characters and marks of direction are written out, such as `\x1b`; \n and \t are kept."""
    return _STEERING.sub(lambda found: _escaped(found[0]), text)


def json_visible(document: str) -> str:
    r"""The same for a JSON document, where such characters stand in strings only: `\u001b`, for any reader of JSON."""
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", document)


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


class TerminalConsole(Console):
    """rich's console for text that other people wrote: nothing in it steers the terminal, and `:name:` is no emoji."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"emoji": False, **options})

    def render_str(self, text: str, **options: Any) -> Text:
        """A text with control characters written out; tables measure their columns by it."""
        return super().render_str(visible(text), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Any:
        """Segments; all texts pass here, those in tables and titles too."""
        if isinstance(renderable, Text) and _STEERING.search(renderable.plain):
            renderable = _visible_text(renderable)
        for segment in super().render(renderable, options):
            if segment.control or not _STEERING.search(segment.text):
                yield segment
            else:
                yield Segment(visible(segment.text), segment.style)


def display_console() -> Console:
    """Where a Python program shows progress unless it says otherwise: on a terminal or in a notebook, else nowhere."""
    console = TerminalConsole()
    return console if console.is_terminal or console.is_jupyter else TerminalConsole(quiet=True)


def _visible_text(text: Text) -> Text:
    """The same with its styles, each written-out character in the style of the one that it stands for."""
    edges = sorted({edge for found in _STEERING.finditer(text.plain) for edge in found.span()})
    pieces = text.divide(edges)
    for piece in pieces:
        if _STEERING.fullmatch(piece.plain):
            piece.plain = visible(piece.plain)
            piece.spans = [span._replace(end=len(piece)) for span in piece.spans]
    return text.blank_copy().append_text(Text("").join(pieces))


def accept_all_text(*streams: IO[str]) -> None:
    """Have streams write what their encoding lacks in plain letters, or as `\\u4e2d`, where they would raise."""
    codecs.register_error(_ERRORS, _plain)
    for stream in streams:
        # A stream that a program put in the place of standard output need not have this.
        reconfigure: Callable[..., None] | None = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors=_ERRORS)


def is_unicode(stream: IO[str] | None = None) -> bool:
    """Whether a stream, standard output without one, takes every character as it is."""
    encoding = getattr(sys.stdout if stream is None else stream, "encoding", None) or "utf-8"
    return codecs.lookup(encoding).name.startswith("utf")


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(_PLAIN.get(letter) or _numbered(letter) for letter in lacking), error.end


def _numbered(letter: str) -> str:
    return letter.encode("ascii", "backslashreplace").decode()
