"""Random texts, the same for the same seed, made of what tokenizers get wrong."""

import random
import unicodedata
from collections.abc import Callable, Iterator, Sequence

from bert_tf.text.characters import CODEPOINTS

_BLOCK = 128
_SURROGATES = range(0xD800, 0xE000)
_ODD = (
    "\t\n\r\v\f\0\x01\x1c\x1f\x7f\x85\xa0\xad\u1680\u180e\u2000\u200a\u200b\u200c\u200d\u200e\u2028\u2029\u202e\u202f"
    "\u205f\u2060\u3000\ufeff\ufffc\ufffd\ufffe\uffff\U0010ffff\ufdd0\ue000ßẞςΣİıſ\u212aÅﬁﬀﬃǅǆŉΐ≠≮\u037e\u1fef\u0345"
    "\u0387한\u1112\u1161\u11ab각豈\uf901\U0002f800中文\uff0c。々〆㈠①½²…\u2014\u2018\u2019“”¡¿§¶№℡™©®$+<=>^`|~"
    "\U0001d15e\U0001d165\U0001d16d\u302e\u1b44"
)
_CLUSTERS = ("👨\u200d👩\u200d👧\u200d👦", "👍🏽", "🏳\ufe0f\u200d🌈", "🇩🇪", "❤\ufe0f", "1\ufe0f\u20e3", "☺")
_SPECIAL_TOKENS = ("[SEP]", "[CLS]", "[PAD]", "[UNK]", "[MASK]", "[sep]", "##ing", "[", "]", "##")
_WORDS = (
    *("the", "unaffable", "Café", "naïve", "running", "IS", "3.14", "can't", "e-mail", "http://x.y/?q=1", "@user"),
    *("#tag", "élan", "Ångström", "ΟΔΟΣ", "Straße", "DON'T", "re-establish", "U.S.A.", "electroencephalographically"),
)
_MALFORMED = (
    b"\xed\xa0\x80", b"\xed\xb0\x80", b"\xed\xa0\xbd\xed\xb8\x80", b"\xff", b"\xc0\x80", b"\xe4\xb8", b"\xf0\x9f\x98",
    b"\x80", b"\xf5\x80\x80\x80", b"\xf8\x88\x80\x80\x80", b"\xe0\x80\x80", b"\xf4\x90\x80\x80", b"\xc3", b"\xe4A",
    b"\xf0\x80\x80\x80", b"\xc3(",
)  # fmt: skip
_ASCII_SPACES = (b" ", b" ", b" ", b"  ", b"\n", b"\t")
_SPACES = (*_ASCII_SPACES, b"\xc2\xa0", b"\xe3\x80\x82")
_MOST_PIECES = 14


def fuzz_texts(count: int, *, seed: int) -> Iterator[bytes]:
    """`count` texts of up to 14 pieces: characters of any block, marks, emoji, special tokens, long words, bad UTF-8.

    About every fifth text is printable ASCII only.
    """
    source = random.Random(seed)
    assigned = [
        block
        for block in range(0, CODEPOINTS, _BLOCK)
        if block not in _SURROGATES and any(_is_assigned(chr(block + place)) for place in range(_BLOCK))
    ]
    marks = [chr(codepoint) for codepoint in range(CODEPOINTS) if unicodedata.category(chr(codepoint))[0] == "M"]
    ascii_pieces = [_ascii_run, _repeated_ascii, _special_token, _word]
    any_pieces = [
        *ascii_pieces,
        *(lambda source: _block_run(source, source.choice(assigned)) for _ in range(3)),
        lambda source: _block_run(source, source.randrange(0, _SURROGATES.start, _BLOCK)),
        lambda source: source.choice("aeounAEOUN가中") + "".join(source.choices(marks, k=source.randint(1, 3))),
        lambda source: "".join(source.choices(_ODD, k=source.randint(1, 4))),
        lambda source: source.choice(_CLUSTERS),
        lambda source: source.choice("éß中ς가\u0301") * source.choice((33, 50, 99, 100, 101, 102)),
        lambda source: chr(source.randrange(0xAC00, 0xD7A4)),
        lambda source: source.choice(_MALFORMED),
    ]
    for _ in range(count):
        if source.random() < 0.25:
            yield _text(source, ascii_pieces, _ASCII_SPACES)
        else:
            yield _text(source, any_pieces, _SPACES)


def _text(
    source: random.Random, pieces: Sequence[Callable[[random.Random], str | bytes]], spaces: Sequence[bytes]
) -> bytes:
    parts: list[bytes] = []
    for _ in range(source.randint(0, _MOST_PIECES)):
        piece = source.choice(pieces)(source)
        parts.append(piece if isinstance(piece, bytes) else piece.encode())
        if source.random() < 0.5:
            parts.append(source.choice(spaces))
    return b"".join(parts)


def _is_assigned(character: str) -> bool:
    return unicodedata.category(character) not in ("Cn", "Co", "Cs")


def _block_run(source: random.Random, block: int) -> str:
    return "".join(chr(source.randrange(block, block + _BLOCK)) for _ in range(source.randint(1, 6)))


def _ascii_run(source: random.Random) -> str:
    return "".join(chr(source.randrange(0x20, 0x7F)) for _ in range(source.randint(1, 8)))


def _repeated_ascii(source: random.Random) -> str:
    return chr(source.randrange(0x21, 0x7F)) * source.choice((1, 2, 3, 99, 100, 101))


def _special_token(source: random.Random) -> str:
    return source.choice(_SPECIAL_TOKENS)


def _word(source: random.Random) -> str:
    return source.choice(_WORDS)
