"""Hostile and damaged JSON and TOML: the value that Python's own parsers give, or a sentence."""

import contextlib
import json
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bert_tf.documents import check_table, finite, parse_json, parse_toml

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**64) + 1, 2**64 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_json_comes_back(value):
    assert parse_json(json.dumps(value).encode()) == value


@settings(max_examples=300)
@given(st.binary(max_size=60) | st.text('[]{}",:0123456789eE.-+ truefalsnN\x00', max_size=60).map(str.encode))
def test_any_bytes_give_a_value_or_a_reason(content):
    for parse, model in ((parse_json, json.loads), (parse_toml, lambda text: tomllib.loads(text.decode()))):
        with contextlib.suppress(ValueError):
            assert repr(parse(content)) == repr(model(content))


def test_a_tokenizer_without_a_limit_is_read():
    # What transformers writes for `model_max_length` where a tokenizer has none: int(1e30).
    assert parse_json(b'{"model_max_length": 1000000000000000019884624838656}')["model_max_length"] == int(1e30)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[" * 100_000, "nested"),
        (b"[" * 900 + b"]" * 900, "nested"),
        (b'{"a":' * 101 + b"1" + b"}" * 101, "nested"),
        (b'{"a": ' + b"9" * 5000 + b"}", "larger than 128 bits"),
        (b'{"a": 680564733841876926926749214863536422912}', "larger than 128 bits"),
        (b"\xff{}", "utf-8"),
        (b'{"a": "\x00"}', "control character"),
        (b"", "Expecting value"),
    ],
)
def test_json_that_is_refused(content, reason):
    with pytest.raises(ValueError, match=reason):
        parse_json(content)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a = " + b"[" * 900 + b"]" * 900, "nested"),
        (b"a = " + b"[" * 101 + b"]" * 101, "nested"),
        (b".".join([b"a"] * 5000) + b" = 1", "nested"),
        (b"a = " + b"9" * 5000, "larger than 128 bits"),
        (b"a = 0x" + b"f" * 5000, "larger than 128 bits"),
        (b"a = \xff", "utf-8"),
        (b"a = \x00", "Invalid value"),
    ],
)
def test_toml_that_is_refused(content, reason):
    with pytest.raises(ValueError, match=reason):
        parse_toml(content)


def test_toml_with_the_line_ends_of_windows():
    assert parse_toml(b'a = """x\r\ny"""\r\nb = 1\r\n') == {"a": "x\ny", "b": 1}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ([], "not a table"),
        ({}, "count is missing"),
        ({"count": "1"}, "its count is a str"),
        ({"count": True}, "is a bool"),
    ],
)
def test_a_shape_that_is_refused(value, reason):
    with pytest.raises(ValueError, match=reason):
        check_table(value, {"count": int})


def test_a_whole_number_is_a_float_too():
    assert check_table({"seconds": 1}, {"seconds": float}) == {"seconds": 1}


def test_what_is_not_finite_is_none_at_any_depth():
    nan, infinity = float("nan"), float("inf")
    assert finite({"a": [nan, (1, -infinity)], "b": {"c": infinity}, "d": 2.5, "e": "nan", "f": True}) == {
        "a": [None, [1, None]],
        "b": {"c": None},
        "d": 2.5,
        "e": "nan",
        "f": True,
    }
