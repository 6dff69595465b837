import pytest

from bert_tf.tasks.regress.number_text import number_text, signed_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2.51349, "2.513"),
        (12345.678, "12,346"),
        (-0.031249, "-0.03125"),
        (0.0, "0"),
        (-0.0, "0"),
        (5, "5"),
        (3e20, "3e+20"),
    ],
)
def test_four_digits_whatever_the_unit(value, text):
    assert number_text(value) == text


def test_signs():
    assert [signed_text(value) for value in (0.25, -0.25, 0.0)] == ["+0.25", "-0.25", "+0"]
