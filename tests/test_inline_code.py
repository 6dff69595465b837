import pytest

from bert_tf.inline_code import code_pieces, without_backticks

MESSAGE = "It is gone; `bert-tf evaluate runs/a` writes it again, or `--set a=1`."


def test_commands_lose_their_backticks():
    assert without_backticks(MESSAGE) == "It is gone; bert-tf evaluate runs/a writes it again, or --set a=1."


@pytest.mark.parametrize("text", ["label `a` or `b`", "`bert-tf", "a `bert-tf\nb`", ""])
def test_other_backticks_are_letters(text):
    assert without_backticks(text) == text
    assert code_pieces(text) == [(text, False)]


def test_pieces():
    assert code_pieces(MESSAGE) == [
        ("It is gone; ", False), ("bert-tf evaluate runs/a", True), (" writes it again, or ", False),
        ("--set a=1", True), (".", False),
    ]  # fmt: skip
