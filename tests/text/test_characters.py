"""The character table against the normalizer it was asked of."""

import numpy as np
import pytest
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from bert_tf.text.characters import (
    CODEPOINT_BITS,
    CODEPOINT_MASK,
    EXPANDS,
    ISOLATED,
    PAGE_BITS,
    PLAIN,
    SPACE,
    CharacterTable,
    compile_table,
    is_noncharacter,
    noncharacters,
)


@pytest.fixture(scope="module")
def table() -> CharacterTable:
    return compile_table(BertNormalizer(), BertPreTokenizer(), alphabet={"\ue000", "\ue001"})


def look_up(table: CharacterTable, character: str) -> list[tuple[int, str]]:
    """What the docstring of CharacterTable says an entry means."""
    codepoint = ord(character)
    entry = int(table.pages[table.page_of[codepoint >> PAGE_BITS], codepoint & ((1 << PAGE_BITS) - 1)])
    kind, rest = entry >> CODEPOINT_BITS, entry & CODEPOINT_MASK
    if kind != EXPANDS:
        return [(kind, chr((codepoint + rest) & CODEPOINT_MASK))]
    outputs = table.pool[rest + 1 : rest + 1 + table.pool[rest]]
    return [(int(output) >> CODEPOINT_BITS, chr(int(output) & CODEPOINT_MASK)) for output in outputs]


@pytest.mark.parametrize(
    ("character", "outputs"),
    [
        ("a", [(PLAIN, "a")]),
        ("A", [(PLAIN, "a")]),
        ("é", [(PLAIN, "e")]),
        ("ß", [(PLAIN, "ß")]),
        ("Σ", [(PLAIN, "σ")]),
        ("ς", [(PLAIN, "ς")]),
        ("ﬁ", [(PLAIN, "ﬁ")]),
        ("中", [(ISOLATED, "中")]),
        ("\uf900", [(ISOLATED, "豈")]),
        (".", [(ISOLATED, ".")]),
        ("|", [(ISOLATED, "|")]),
        ("。", [(ISOLATED, "。")]),
        (" ", [(SPACE, " ")]),
        ("\n", [(SPACE, " ")]),
        ("\u3000", [(SPACE, " ")]),
        ("\0", []),
        ("\u200b", []),
        ("\ufffd", []),
        ("\u0301", []),
        ("각", [(PLAIN, "\u1100"), (PLAIN, "\u1161"), (PLAIN, "\u11a8")]),
        ("≠", [(ISOLATED, "=")]),
    ],
)
def test_known_characters(table: CharacterTable, character: str, outputs: list[tuple[int, str]]) -> None:
    assert look_up(table, character) == outputs


def test_noncharacters_become_a_character_that_no_token_has(table: CharacterTable) -> None:
    assert look_up(table, "\uffff") == look_up(table, "\U0001fffe") == [(PLAIN, "\ue002")]
    assert len(noncharacters()) == len(set(noncharacters())) == 66
    assert all(map(is_noncharacter, noncharacters()))
    assert is_noncharacter(0xFDD0)
    assert not is_noncharacter(0xFDF0)


def test_agrees_with_the_normalizer_character_by_character(table: CharacterTable) -> None:
    normalizer = BertNormalizer()
    characters = [chr(codepoint) for codepoint in range(0, 0xD800, 7)]
    for character in characters:
        outputs = "".join(output for _, output in look_up(table, character))
        assert outputs.strip(" ") == normalizer.normalize_str(character).strip(" "), ascii(character)


def test_is_small_and_complete(table: CharacterTable) -> None:
    assert table.page_of.size << PAGE_BITS == 0x110000
    assert {array.dtype for array in (table.page_of, table.pages, table.pool)} == {np.dtype(np.int32)}
    assert sum(array.nbytes for array in (table.page_of, table.pages, table.pool)) < 500_000


def test_settings_of_the_normalizer_are_asked_not_known() -> None:
    table = compile_table(
        BertNormalizer(lowercase=False, strip_accents=True, handle_chinese_chars=False),
        BertPreTokenizer(),
        alphabet=set(),
    )
    assert look_up(table, "É") == [(PLAIN, "E")]
    assert look_up(table, "中") == [(PLAIN, "中")]


def test_a_letter_that_neither_case_of_is_known_is_as_every_version_of_tokenizers_has_it(table: CharacterTable) -> None:
    assert look_up(table, "\U00016ea0") == [(PLAIN, "\U00016ea0")]
    knowing = compile_table(BertNormalizer(), BertPreTokenizer(), alphabet={"\U00016ebb", "\ua7ce"})
    assert look_up(knowing, "\U00016ea0") == [(PLAIN, "\U00016ebb")]
    assert look_up(knowing, "\ua7ce") == [(PLAIN, "\ua7cf")]
