import functools
import json
import math
from decimal import Decimal

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.serving import json_values
from bert_tf.serving.json_values import (
    bytes_of,
    element_of,
    elements_of,
    plain_values,
    shown,
    signature_name_of,
    utf8_of,
    write,
)
from bert_tf.serving.limits import RequestLimits
from bert_tf.serving.status import StatusError

parse_object = functools.partial(json_values.parse_object, limits=RequestLimits())


def test_bytes_that_are_no_utf8_go_through():
    assert utf8_of(parse_object(b'{"a": "\xff\xc3\xa4"}')["a"]) == b"\xff\xc3\xa4"


def test_a_byte_order_mark_is_passed_over():
    assert parse_object(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


@pytest.mark.parametrize("body", [b"", b"nothing", b"{", b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}", b"\xff", b"7"])
def test_what_is_no_object(body):
    with pytest.raises(StatusError, match="JSON"):
        parse_object(body)


def test_not_a_number_and_infinities_are_read_and_written():
    found = parse_object(b'{"x": [NaN, Infinity, -Infinity]}')["x"]
    assert write({"x": found}) == b'{"x":[NaN,Infinity,-Infinity]}'


def test_half_of_a_pair():
    with pytest.raises(StatusError, match="surrogate pair"):
        utf8_of(json.loads('"\\ud800"'))


@given(st.binary())
def test_base64_with_and_without_padding(content):
    encoded = plain_values(np.array(content, dtype=object), as_base64=True)["b64"]
    assert bytes_of({"b64": encoded}) == content
    assert bytes_of({"b64": encoded.rstrip("=")}) == content


@given(st.floats(width=32, allow_nan=False))
def test_float32_in_the_fewest_digits(value):
    single = np.float32(value)
    (written,) = plain_values(np.array([single]), as_base64=False)
    assert np.float32(written) == single
    assert significant_digits(written) <= significant_digits(float(single))


def significant_digits(number):
    """Of what JSON has of it: 1000000000000.0 has one, and 999999995904.0 twelve."""
    return len(Decimal(json.dumps(number)).normalize().as_tuple().digits)


def test_shapes():
    assert plain_values(np.array([[0.2, 1.0]], np.float32), as_base64=False) == [[0.2, 1.0]]
    assert plain_values(np.float32(0.5).reshape(()), as_base64=False) == 0.5
    assert plain_values(np.zeros([2, 0, 3], np.float32), as_base64=False) == [[], []]
    assert plain_values(np.array([b"a", b"\xff"], dtype=object), as_base64=False) == ["a", "\ufffd"]
    assert plain_values(np.array([True, False]), as_base64=False) == [True, False]


@pytest.mark.parametrize(
    ("value", "dtype"),
    [(2**31, tf.int32), (-(2**31) - 1, tf.int32), (2**63, tf.int64), (1.0, tf.int32), (True, tf.int32), (1, tf.bool),
     ("1", tf.float32), (True, tf.float32), (None, tf.string), (7, tf.string), ([], tf.string)],
)  # fmt: skip
def test_values_that_are_not_of_a_type(value, dtype):
    with pytest.raises(StatusError, match="not of expected type"):
        element_of(value, dtype)


def test_values_of_a_type():
    assert element_of(-(2**31), tf.int32) == -(2**31)
    assert element_of(7, tf.float32) == 7.0
    assert element_of("ß", tf.string) == b"\xc3\x9f"
    assert math.isnan(element_of(math.nan, tf.float32))


@pytest.mark.parametrize("value", [2**24, 1e39, -1e39])
def test_decimals_that_float32_does_not_hold(value):
    with pytest.raises(StatusError, match=r"to float without loss of precision"):
        element_of(value, tf.float32)
    assert element_of(value, tf.float64) == value


def test_many_values_are_as_each_alone():
    assert elements_of([1, -(2**31), 2**31 - 1], tf.int32) == [1, -(2**31), 2**31 - 1]
    assert elements_of([], tf.int32) == []
    for wrong in (True, 2**31, -(2**31) - 1, 1.0, "1", None):
        with pytest.raises(StatusError, match="is not of expected type: int32"):
            elements_of([1, wrong, 2], tf.int32)
    assert elements_of([1, 2.5], tf.float32) == [1.0, 2.5]


def test_shown():
    assert shown({"a": None}) == '{"a": null}'
    assert shown(math.nan) == "NaN"


def test_of_a_long_value_the_beginning_is_shown():
    assert shown([1, "ab"] * 1000) == ("[" + '1, "ab", ' * 100)[:400] + "…"
    assert shown("a" * 1000) == '"' + "a" * 399 + "…"


def test_a_value_as_deep_as_python_can_read_is_shown():
    deep = parse_object(b'{"a": ' + b"[" * 900 + b"]" * 900 + b"}")
    assert shown(deep["a"]) == "[" * 400 + "…"


def test_signature_names():
    assert signature_name_of({"signature_name": "ß"}) == "ß"
    assert signature_name_of(parse_object(b'{"signature_name": "\xff"}')) == "\ufffd"
    with pytest.raises(StatusError, match="surrogate pair"):
        signature_name_of(json.loads('{"signature_name": "\\ud800"}'))


@pytest.mark.parametrize("body", [b'{"a": [1,1,1,1]}', b'{"a": [{},{}]}', b'{"a": [[[[]]]]}'])
def test_values_are_counted_before_they_are_read(body):
    with pytest.raises(StatusError, match="more than 4 values") as caught:
        json_values.parse_object(body, RequestLimits(elements=4))
    assert caught.value.http_status == 413
