"""One spelling for numbers and booleans, and spellings that are probably one label."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.data.labels import (
    AlikeLabels,
    LabelNames,
    Spelling,
    alike,
    commonest,
    given_names,
    is_blank,
    label_name,
    label_notes,
    shown,
    sorted_names,
    spelling_key,
)
from bert_tf.errors import DataError


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("1", "1"),
        ("1.0", "1"),
        ("1.", "1"),
        ("-3.00", "-3"),
        ("0.0", "0"),
        ("-0.0", "0"),
        (" 1 ", "1"),
        ("True", "true"),
        ("FALSE", "false"),
        # What may be a code, a version or a name stays.
        ("01", "01"),
        ("+1", "+1"),
        ("1.5", "1.5"),
        ("1e5", "1e5"),
        ("1,000", "1,000"),
        ("½", "½"),
        ("１", "１"),
        ("Half-True", "Half-True"),
        (" good", " good"),
    ],
)
def test_whole_numbers_and_booleans_have_one_spelling(text: str, name: str) -> None:
    assert label_name(text) == name


@given(st.integers(), st.integers(0, 5), st.sampled_from(["", " ", "\t"]))
def test_any_whole_number(number: int, zeros: int, blank: str) -> None:
    written = blank + str(number) + ("." + zeros * "0" if zeros else "") + blank
    assert label_name(written) == str(number)


@given(st.text())
def test_a_name_is_its_own_name(text: str) -> None:
    assert label_name(label_name(text)) == label_name(text)
    assert spelling_key(label_name(text)) == spelling_key(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("good", "Good"),
        ("good", " good "),
        ("not good", "not  good"),
        ("not good", "not\u00a0good"),
        ("good", "go\u200bod"),
        ("good", "\ufeffgood"),
        ("good", "good\u00ad"),
        ("é", "e\u200d\u0301"),
        ("good", "good\r"),
        ("génial", "ge\u0301nial"),
        ("straße", "STRASSE"),
        ("ok", "ｏｋ"),
        ("1", "01"),
        ("1", "+1"),
        ("1", "１"),
        ("❤", "❤\ufe0f"),
    ],
)
def test_spellings_of_one_label(one: str, other: str) -> None:
    assert spelling_key(one) == spelling_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("1", "-1"), ("1", "10"), ("1.5", "15"), ("0", "00 7"), ("a b", "ab"), ("a", "ä"), ("a_b", "a-b")],
)
def test_what_is_not_one_label(one: str, other: str) -> None:
    assert spelling_key(one) != spelling_key(other)


@given(st.text(), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]), st.sampled_from([" ", "\u00a0", "\u200b", "\u3000"]))
def test_form_and_blanks_make_no_difference(label: str, form: str, blank: str) -> None:
    assert spelling_key(f"{blank}{unicodedata.normalize(form, label)}{blank}") == spelling_key(label)


def test_blank_labels() -> None:
    assert all(map(is_blank, ("", " ", "\u00a0", "\u200b", "\ufeff \t", "\u2060")))
    assert not is_blank("\u200b.")


def test_groups_with_counts_and_first_places() -> None:
    spellings = [
        Spelling("good ", 2, "a.csv:2"),
        Spelling("bad", 7, "a.csv:3"),
        Spelling("Good", 3, "a.csv:9"),
        Spelling("good ", 4, "b.csv:2"),
    ]
    (group,) = alike(spellings)
    assert group == [Spelling("good ", 6, "a.csv:2"), Spelling("Good", 3, "a.csv:9")]
    assert label_notes([AlikeLabels(tuple(group))], {}) == [
        "probably one label: 'good ' (6 rows, first at a.csv:2), 'Good' (3 rows, first at a.csv:9); "
        "data.merge_labels = true merges them"
    ]
    assert label_notes([AlikeLabels(tuple(group), "good")], {})[0].startswith("merged into label 'good': 'good '")
    assert commonest([group]) == {"good ": "good ", "Good": "good "}


def test_many_groups_are_cut() -> None:
    groups = [AlikeLabels((Spelling(f"l{n}", 1, "a:1"), Spelling(f"L{n}", 1, "a:2"))) for n in range(9)]
    notes = label_notes(groups, {})
    assert len(notes) == 6
    assert notes[-1] == "4 more groups of similar labels; --json lists them"
    many = AlikeLabels(tuple(Spelling("x" + n * " ", 1, "a:1") for n in range(9)))
    assert label_notes([many], {})[0].count("a:1") == 5


def test_of_equal_counts_the_tidy_spelling_wins() -> None:
    group = [Spelling(value, 5, "a:1") for value in ("good ", "ge\u0301", "good", "Good")]
    assert set(commonest([group]).values()) == {"good"}


def test_words_for_a_missing_value() -> None:
    (note,) = label_notes([], {"text": [Spelling("nan", 8, "a.csv:2")]})
    assert note.startswith("text that may stand for a missing value: 'nan' (8 rows, first at a.csv:2)")


def test_names_of_spellings() -> None:
    merged, plain = (LabelNames(["Good", "1"], merge=merge) for merge in (True, False))
    assert [merged.name_of(label) for label in ("Good", " gooD", "01", "bad")] == ["Good", "Good", "1", None]
    assert [plain.name_of(label) for label in ("Good", " gooD", "01", "bad")] == ["Good", None, None, None]


def test_given_names_get_the_spelling_of_the_rows() -> None:
    assert given_names(["0.0", "1.0", "True"], merge=False) == ("0", "1", "true")
    assert given_names(["a", "A"], merge=False) == ("a", "A")
    with pytest.raises(DataError, match=r"data.labels has '1' and '1.0', which are the same label"):
        given_names(["1", "1.0"], merge=False)
    with pytest.raises(DataError, match="data.labels has 'a' and 'A', which are the same label"):
        given_names(["a", "A"], merge=True)


def test_what_can_not_be_seen_is_shown() -> None:
    assert shown("génial") == "'génial'"
    assert shown("ge\u0301nial") == r"'ge\u0301nial'"
    assert shown("a\u200b\u00a0") == r"'a\u200b\xa0'"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["10", "9", "-1", "0"], ["-1", "0", "9", "10"]),
        (["1.5", "-0.5", "10", "2"], ["-0.5", "1.5", "2", "10"]),
        (["10", "9", "a"], ["10", "9", "a"]),
        (["nan", "2", "10"], ["10", "2", "nan"]),
        (["1_0", "9"], ["1_0", "9"]),
        (["1e-05", "-2"], ["-2", "1e-05"]),
    ],
)
def test_numbers_are_sorted_by_value(names: list[str], expected: list[str]) -> None:
    assert sorted_names(names) == expected


@given(st.lists(st.floats(-1e6, 1e6).map(lambda number: f"{number:.3f}"), unique=True))
def test_any_numbers_are_sorted_as_floats_are(names: list[str]) -> None:
    assert [float(name) for name in sorted_names(names)] == sorted(map(float, names))
