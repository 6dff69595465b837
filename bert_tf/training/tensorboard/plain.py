"""Texts of the data where TensorBoard would read more into them than they say."""

import re

# Controls, line and paragraph separators, lone surrogates, and what turns the direction of writing.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
# What Markdown or HTML may take for a sign of its own.
_SIGN = re.compile(r"[!-/:-@\[-`{-~]")


def one_line(text: str, *, longest: int | None = None) -> str:
    """A text without line ends, tabs and control characters, cut to `longest` characters; never empty."""
    line = _UNSEEN.sub(" ", text).strip()
    if longest is not None and len(line) > longest:
        line = line[: longest - 1] + "…"
    return line or "(empty)"


def escaped_markdown(text: str) -> str:
    """A text as one line that Markdown shows as it is: its signs become character references (CommonMark 6.2)."""
    return escaped_stretch(one_line(text))


def escaped_stretch(text: str) -> str:
    """`escaped_markdown` of a stretch of a line, which may be empty and keeps the spaces at its ends."""
    return _SIGN.sub(lambda sign: f"&#{ord(sign[0])};", _UNSEEN.sub(" ", text))
