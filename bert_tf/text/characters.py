"""What a BERT tokenizer does to each Unicode character, asked of the Hugging Face tokenizer itself, once.

BertNormalizer and BertPreTokenizer decide about every character on its own: drop it, replace it, treat it as a space,
make it a word of its own. A table of those answers leaves no Unicode rule to be written again, and none to differ by:
neither Python's nor ICU's categories are those of Hugging Face, whose tables are older.
"""

import dataclasses
import functools

import numpy as np
from tokenizers.normalizers import Normalizer
from tokenizers.pre_tokenizers import PreTokenizer

# How an output character behaves between words. EXPANDS is said of an input character that gives none, or several.
PLAIN, ISOLATED, SPACE, EXPANDS = 0, 1, 2, 3

CODEPOINTS = 0x110000
CODEPOINT_BITS = 21
CODEPOINT_MASK = (1 << CODEPOINT_BITS) - 1
PAGE_BITS = 7

_BLOCK = 256
_SURROGATES = range(0xD800, 0xE000)
_PRIVATE_USE = range(0xE000, 0xF900)
_SEPARATOR = "|"
# tokenizers 0.23 lowercases them, 0.21 did not.
_CAPITALS_OF_UNICODE_17 = frozenset((0xA7CE, 0xA7D2, 0xA7D4, *range(0x16EA0, 0x16EB9)))


@dataclasses.dataclass(frozen=True, eq=False)
class CharacterTable:
    """Two levels of pages, and a pool for the characters that become none or several.

    The entry of a codepoint is `pages[page_of[codepoint >> PAGE_BITS], codepoint & (2**PAGE_BITS - 1)]`:

    * `entry >> CODEPOINT_BITS` is PLAIN, ISOLATED or SPACE (one output character) or EXPANDS;
    * `entry & CODEPOINT_MASK` is (output - input) modulo 2**21, or for EXPANDS a position in `pool`. There stands how
      many characters come out, then `class << CODEPOINT_BITS | codepoint` for each.

    Attributes:
        page_of: int32 [8704].
        pages: int32 [pages, 128].
        pool: int32 [any]; position 0 holds the 0 of a dropped character.
    """

    page_of: np.ndarray
    pages: np.ndarray
    pool: np.ndarray

    @functools.cached_property
    def content(self) -> bytes:
        """All three; tables are equal whose content is."""
        return self.page_of.tobytes() + self.pages.tobytes() + self.pool.tobytes()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CharacterTable) and self.content == other.content

    def __hash__(self) -> int:
        return hash(self.content)


def compile_table(normalizer: Normalizer, pre_tokenizer: PreTokenizer, *, alphabet: set[str]) -> CharacterTable:
    """Asks `normalizer` and `pre_tokenizer` about every codepoint; about a second.

    Args:
        normalizer: A BertNormalizer, which must treat each character on its own.
        pre_tokenizer: A BertPreTokenizer.
        alphabet: The characters of the vocabulary. Noncharacters, which tf.strings can't encode, are replaced by a
            character that isn't among them: the word that holds one is unknown either way. So is one with a capital of
            Unicode 17 that they don't know in either case: it stays as it is, and the table what it was before.
    """
    classes = _word_classes(pre_tokenizer)
    entries = classes << CODEPOINT_BITS
    absent = next(codepoint for codepoint in _PRIVATE_USE if chr(codepoint) not in alphabet)
    pool: list[int] = [0]
    positions: dict[tuple[int, ...], int] = {(): 0}
    entries[_SURROGATES.start : _SURROGATES.stop] = EXPANDS << CODEPOINT_BITS
    changed = _changed_characters(normalizer)
    for codepoint in _CAPITALS_OF_UNICODE_17 & changed.keys():
        if not alphabet & {chr(codepoint), changed[codepoint]}:
            del changed[codepoint]
    changed |= {codepoint: chr(codepoint) for codepoint in noncharacters()}
    # A hundred thousand characters become one of a few outputs, most of them none.
    outputs_of: dict[str, tuple[int, ...]] = {}
    for codepoint, output in changed.items():
        if output not in outputs_of:
            outputs_of[output] = tuple(
                kind << CODEPOINT_BITS | (absent if is_noncharacter(character) else character)
                for kind, character in _classified(output, classes)
            )
        outputs = outputs_of[output]
        if len(outputs) == 1:
            kind, character = outputs[0] >> CODEPOINT_BITS, outputs[0] & CODEPOINT_MASK
            entries[codepoint] = kind << CODEPOINT_BITS | ((character - codepoint) & CODEPOINT_MASK)
            continue
        if outputs not in positions:
            positions[outputs] = len(pool)
            pool += [len(outputs), *outputs]
        entries[codepoint] = EXPANDS << CODEPOINT_BITS | positions[outputs]
    pages, page_of = np.unique(entries.reshape(-1, 1 << PAGE_BITS), axis=0, return_inverse=True)
    return CharacterTable(page_of.reshape(-1).astype(np.int32), pages, np.array(pool, np.int32))


def is_noncharacter(codepoint: int) -> bool:
    """True of the 66 codepoints that Unicode keeps out of interchange (The Unicode Standard, 23.7)."""
    return codepoint & 0xFFFE == 0xFFFE or 0xFDD0 <= codepoint <= 0xFDEF


def noncharacters() -> list[int]:
    """The 66 noncharacters."""
    last_of_planes = (plane | last for plane in range(0, CODEPOINTS, 0x10000) for last in (0xFFFE, 0xFFFF))
    return [*range(0xFDD0, 0xFDF0), *last_of_planes]


def _word_classes(pre_tokenizer: PreTokenizer) -> np.ndarray:
    """int32 [CODEPOINTS]: PLAIN, ISOLATED or SPACE, as the pre-tokenizer treats a character between two letters."""
    classes = np.full(CODEPOINTS, SPACE, np.int32)
    for block in _blocks():
        characters = [chr(codepoint) for codepoint in block]
        if len(pre_tokenizer.pre_tokenize_str("a" + "".join(characters) + "a")) == 1:
            classes[block.start : block.stop] = PLAIN
            continue
        # "aXa aYa ": X stands at 1, Y at 5. A plain one is in the letters' piece, an isolated one in its own, a space
        # in none.
        for _, (start, end) in pre_tokenizer.pre_tokenize_str("".join(f"a{character}a " for character in characters)):
            if end - start == 3:
                classes[block.start + start // 4] = PLAIN
            elif start % 4 == 1:
                classes[block.start + start // 4] = ISOLATED
    return classes


def _changed_characters(normalizer: Normalizer) -> dict[int, str]:
    """What the normalizer makes of each codepoint that it doesn't leave as it is."""
    changed: dict[int, str] = {}
    for block in _blocks():
        characters = [chr(codepoint) for codepoint in block]
        if _SEPARATOR in characters:
            outputs = [normalizer.normalize_str(character) for character in characters]
        else:
            # The separator keeps neighbours from composing or changing places.
            joined = _SEPARATOR.join(characters)
            normalized = normalizer.normalize_str(joined)
            if normalized == joined:
                continue
            outputs = normalized.split(_SEPARATOR)
        pairs = zip(characters, outputs, strict=True)
        changed.update({ord(character): output for character, output in pairs if output != character})
    return changed


def _classified(output: str, classes: np.ndarray) -> list[tuple[int, int]]:
    """(class, codepoint) of each character of a normalizer's output.

    " 中 " and "  " say the same as one isolated character and one space.
    """
    if len(output) == 3 and output[0] == output[2] == " " != output[1]:
        return [(ISOLATED, ord(output[1]))]
    if output.strip(" ") == "":
        output = output[:1]
    return [(int(classes[ord(character)]), ord(character)) for character in output]


def _blocks() -> list[range]:
    """All codepoints but the surrogates, which no decoder gives, in runs of `_BLOCK`."""
    starts = (start for start in range(0, CODEPOINTS, _BLOCK) if start not in _SURROGATES)
    return [range(start, start + _BLOCK) for start in starts]
