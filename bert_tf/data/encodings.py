"""The encoding of a text file, told from its beginning, and its content as UTF-8."""

import codecs
import io
import re
from typing import Any, NamedTuple

from bert_tf.errors import DataError

_OLD_ENCODINGS = ("cp1252", "cp1250", "cp1251", "gb18030", "big5", "shift_jis", "euc_kr")
# Longer marks first: UTF-32's begins as UTF-16's does.
_BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\0\0": "utf-32",
    b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
# What no byte order mark tells is guessed from so many bytes of lines that are not ASCII.
_TELLING = 1 << 16
# Of few letters charset_normalizer takes the first encoding by its name that has them all. In cp1252, the letters of
# Czech, Polish or Russian are others than these, within words, or stand in long rows.
_WESTERN = frozenset("äöüßÄÖÜéèêëàâáãåæçíîïñóôõúùûœÉÈÀÂÁÅÆÇÍÑÓÔÕÚØ’‘“”„–—…€£°«»´·§©®™•¡¿½\xa0")
_NOT_WESTERN = re.compile(r"[^\W\x00-\x7f]{4}|\w[¿¡£€]\w")
_NORDIC = frozenset("åæÅÆ")
_LEAST_WRONG = 3  # places
_WIDE = 0.3  # share of zero bytes that text in UTF-16 has at least


class Foreign(NamedTuple):
    """What speaks against UTF-8.

    Attributes:
        encoding: What it looks like, by Python's name.
        told: A sentence about the file, without its name.
        line: Where it was seen.
    """

    encoding: str
    told: str
    line: int


def marked_encoding(content: bytes) -> str | None:
    """The encoding that a byte order mark at the beginning tells."""
    return next((name for mark, name in _BYTE_ORDER_MARKS.items() if content.startswith(mark)), None)


def foreign_encoding(content: bytes) -> Foreign | None:
    """What a file without a byte order mark is, if it is not UTF-8.

    A little damage is no other encoding, and makes bad rows: more lines have to be wrong than are right, and in three
    places at least.

    Args:
        content: Its beginning, whole lines.
    """
    zeros = content.count(0)
    if zeros > _WIDE * len(content):
        wide = "utf-16-le" if content[1::2].count(0) > zeros / 2 else "utf-16-be"
        return Foreign(wide, "is not UTF-8: every second byte is zero", 1)
    telling = [(number, line) for number, line in enumerate(content.split(b"\n"), start=1) if not line.isascii()]
    wrong = [(number, line) for number, line in telling if not _is_utf8(line)]
    sample = b"\n".join(line for _, line in wrong)[:_TELLING]
    if len(wrong) * 2 <= len(telling) or sample.decode(errors="replace").count("\ufffd") < _LEAST_WRONG:
        return None
    number, line = wrong[0]
    byte = line[_first_wrong(line)]
    return Foreign(_guess(sample), f"is not UTF-8: byte 0x{byte:02x}", number)


def foreign_error(name: str, foreign: Foreign) -> DataError:
    """The sentence about a file in another encoding than UTF-8, with the key that makes it readable."""
    return DataError(
        f"{name} {foreign.told} in line {foreign.line}. It looks like {foreign.encoding}.",
        where=f"{name}:{foreign.line}",
        hint=f'save the file as UTF-8, or set data.encoding = "{foreign.encoding}" in a recipe; score, monitor and '
        f'index take --encoding {foreign.encoding}; "utf-8" if only some lines are damaged',
    )


class Utf8Stream(io.RawIOBase):
    """Text in any encoding, and with any ends of lines, as UTF-8 with line feeds.

    Bytes that the encoding doesn't have become bytes that are no UTF-8, so that their row is a bad row.

    Args:
        inner: The file's content.
        encoding: Python's name.
        has_returns: Whether lines end with a carriage return alone.
    """

    def __init__(self, inner: io.BufferedReader, *, encoding: str, has_returns: bool) -> None:
        self._errors = "surrogatepass" if codecs.lookup(encoding).name.startswith("utf-") else "surrogateescape"
        if codecs.lookup(encoding).name in ("utf-8", "utf-8-sig"):
            self._errors = "surrogateescape"
        self._decoder = codecs.getincrementaldecoder(encoding)(self._errors)
        self._inner, self._has_returns = inner, has_returns
        self._ready, self._is_done = memoryview(b""), False

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer as far as one read goes. Raises UnicodeError for what can't be decoded at all."""
        while not self._ready and not self._is_done:
            content = self._inner.read1(1 << 16)
            self._is_done = not content
            text = self._decoder.decode(content, final=self._is_done)
            if self._has_returns:
                text = text.replace("\r", "\n")
            self._ready = memoryview(text.encode("utf-8", self._errors))
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count


def _is_western(content: bytes) -> bool:
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        return False
    letters = {character for character in text if not character.isascii()}
    return letters <= _WESTERN | (frozenset("ø") if letters & _NORDIC else frozenset()) and not _NOT_WESTERN.search(
        text
    )


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _first_wrong(line: bytes) -> int:
    try:
        line.decode()
    except UnicodeDecodeError as error:
        return error.start
    return 0


def _guess(content: bytes) -> str:
    if _is_western(content):
        return "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(content, cp_isolation=list(_OLD_ENCODINGS)).best()
    # Several may give the same text; the first of the list is the commonest.
    return next((name for name in _OLD_ENCODINGS if best and name in best.could_be_from_charset), _OLD_ENCODINGS[0])
