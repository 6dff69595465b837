import pytest

from bert_tf.plurals import capitalized, counted


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0 training rows"), (1, "1 training row"), (2, "2 training rows"), (1234, "1,234 training rows")],
)
def test_counted(number, text):
    assert counted(number, "training row") == text


@pytest.mark.parametrize(("words", "text"), [("macro F1", "Macro F1"), ("é", "É"), ("", "")])
def test_capitalized(words, text):
    assert capitalized(words) == text
