"""Whether the first record of a delimited file names its columns, judged cell by cell against what stands below."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

# Names that columns of labelled text have, whatever stands below them.
_USUAL_NAMES = frozenset(
    (
        "text", "texts", "sentence", "sentence1", "sentence2", "review", "reviews", "body", "content", "comment",
        "tweet", "message", "document", "question", "question1", "question2", "answer", "title", "headline",
        "description", "premise", "hypothesis", "query", "passage", "label", "labels", "class", "category", "target",
        "sentiment", "intent", "topic", "rating", "stars", "score", "emotion", "tag", "id", "idx", "index", "nr",
        "weight", "confidence", "source", "date", "split", "lang", "language", "kommentar", "beitrag", "stimmung",
        "bewertung", "kategorie", "klasse", "antwort", "frage",
    )
)  # fmt: skip
_USUAL, _RECURS, _NUMBER, _SHORT, _TYPICAL, _QUESTION = 3, 2, 2, 2, 1, 1  # what a cell's evidence counts
_SURE = 2
_MOSTLY = 0.75  # of the records are different
_MOST_VALUES = 50  # of a column whose values come again
_LONG = 15  # characters that cells of text have on average, at least


class HeaderVerdict(NamedTuple):
    """What the first record is.

    Attributes:
        is_row: It is a row; a header otherwise, also in doubt.
        is_sure: Whether the evidence is clear.
        reason: The cell that speaks most for a row, in words; empty if none does.
    """

    is_row: bool
    is_sure: bool
    reason: str = ""


def judge_header(records: Sequence[Sequence[str]]) -> HeaderVerdict:
    """Whether the first of the records is one of them. A file is taken to have a header unless it shows that it hasn't.

    Args:
        records: The first fields of the file, the record in question first.
    """
    if len(records) < 2:
        return HeaderVerdict(is_row=False, is_sure=True)
    first = records[0]
    rest = [record for record in records[1:] if list(record) != list(first)]
    # A whole header that comes again, where files were put together, speaks for none of its cells. Where other records
    # come again as well, it may be one of them.
    if len(set(map(tuple, rest))) <= _MOSTLY * len(rest):
        rest = list(records[1:])
    score, reason, is_named = 0, "", False
    for place, cell in enumerate(first):
        below = [record[place].strip() for record in rest if place < len(record) and record[place].strip()]
        if not cell.strip() or not below:
            continue
        points, why = _evidence(cell.strip(), below)
        score += points
        is_named = is_named or _is_usual(cell.strip(), below)
        if points < 0 and not reason:
            reason = why
    return HeaderVerdict(is_row=score <= -_SURE, is_sure=abs(score) >= _SURE or (is_named and score > 0), reason=reason)


def _is_usual(cell: str, below: Sequence[str]) -> bool:
    return cell.lower() in _USUAL_NAMES and cell not in below


def _evidence(cell: str, below: Sequence[str]) -> tuple[int, str]:
    """Points for a name (above 0) or a value (below 0), and why it would be a value."""
    if _is_usual(cell, below):
        return _USUAL, ""
    numbers = [number for text in below if (number := _number(text)) is not None]
    if len(numbers) > 0.9 * len(below):
        return _among_numbers(cell, below, numbers)
    values = Counter(below)
    if cell in values and len(values) <= max(len(below) / 2, 2):
        return -_RECURS, f"{cell[:40]!r} appears again below it"
    if len(values) <= min(_MOST_VALUES, len(below) / 2):
        return _RECURS + (_QUESTION if cell[-1] in "?:" else 0), ""
    return _among_texts(cell, below)


def _among_numbers(cell: str, below: Sequence[str], numbers: Sequence[float]) -> tuple[int, str]:
    number = _number(cell)
    if number is None:
        return _USUAL, ""
    least, most = min(numbers), max(numbers)
    if not least - 1 <= number <= most + 1:
        return 1, ""
    recurs = cell in below and len(set(below)) <= len(below) / 2
    return -_NUMBER * (2 if recurs else 1), f"{cell!r} is a number, like those below it"


def _among_texts(cell: str, below: Sequence[str]) -> tuple[int, str]:
    lengths = sorted(map(len, below))
    if sum(lengths) / len(lengths) < _LONG and not (" " in cell and all(" " in text for text in below)):
        return 0, ""
    if cell[-1] in "?:" and sum(text[-1] in "?:" for text in below) < 0.1 * len(below):
        return _QUESTION, ""
    if len(cell) < lengths[len(lengths) // 20] and " " not in cell:
        return _SHORT, ""
    if " " in cell and len(cell) >= lengths[0] / 2:
        return -_TYPICAL, f"{cell[:40]!r} is a text, like those below it"
    return 0, ""


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None
