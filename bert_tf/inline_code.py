"""Commands in messages: they are written between backticks, and each medium shows them in its own way."""

import re

# Texts of other people may stand in a message too, so it is not just anything between backticks.
_COMMAND = re.compile(r"`((?:bert-tf|make|--)[^`\n]*)`")


def without_backticks(message: str) -> str:
    """A message for a terminal, where backticks would be letters."""
    return _COMMAND.sub(r"\1", message)


def code_pieces(message: str) -> list[tuple[str, bool]]:
    """A message in stretches, with whether each is a command; joined, they are the message without backticks."""
    return [(piece, index % 2 == 1) for index, piece in enumerate(_COMMAND.split(message))]
