import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.data.decimal_commas import comma_number, has_decimal_commas
from bert_tf.data.survey import Column


def column(values):
    made = Column("x")
    for value in values:
        made.add(value)
    return made


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("3,8", "3.8"),
        ("-0,25", "-0.25"),
        ("1.200,50", "1200.50"),
        ("1 200,5", "1200.5"),
        ("1\u202f200,5", "1200.5"),
        ("1.200.300", "1200300"),
        ("7", "7"),
        ("3.8", None),
        ("1,2,3", None),
        ("1.20,5", None),
        ("drei", None),
        ("", None),
    ],
)
def test_numbers_of_europe(written, number):
    assert comma_number(written) == number


@given(st.decimals(-(10**9), 10**9, places=2))
def test_a_number_is_read_as_germans_write_it(number):
    german = f"{number:,.2f}".translate(str.maketrans(",.", ".,"))
    assert float(comma_number(german)) == float(number)


@pytest.mark.parametrize(
    ("values", "has_commas"),
    [
        (["3,8", "4,25", "5"], True),
        (["27", "4,27", "5", "3"], False),
        (["4,27", "3,8", "1,2,3"], False),
        (["1.200,50", "999,99"], True),
        (["0,125"], True),
        (["1,200", "12,500", "900"], False),
        (["3.8", "4.25"], False),
        (["1", "2"], False),
        (["1,2", "3,4,5", "2"], False),
        (["joy,anger", "joy"], False),
        ([*["3,8"] * 40, "none"], True),
        ([], False),
    ],
)
def test_a_column_has_them_if_some_can_be_nothing_else(values, has_commas):
    assert has_decimal_commas(column(values)) is has_commas


def test_a_unit_may_stand_behind_them():
    cells = column(["3,8 %", "4,25 %", "5\u00a0€"])
    assert (has_decimal_commas(cells), has_decimal_commas(cells, with_units=True)) == (False, True)
