"""Holding an answer against the one that was expected: numbers within a tolerance, everything else equal."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bert_tf.errors import EXPORT_AGAIN, VerifyError


def compare_rows(
    golden: Sequence[Mapping[str, Any]],
    answers: Sequence[Mapping[str, Any]],
    *,
    tolerance: float,
    loader: str,
    padded: Collection[str] = (),
) -> float:
    """Compare the answers of golden requests, which were sent in batches and then one by one.

    Args:
        golden: N lines of `golden_lines`.
        answers: 2 N answers, by output name.
        tolerance: Of numbers.
        loader: Who answered.
        padded: As of `distance`.

    Returns:
        The largest difference of a number.

    Raises:
        VerifyError: an answer differs; names the first.
    """
    largest = 0.0
    for index, (line, answer) in enumerate(zip([*golden, *golden], answers, strict=True)):
        where = f"{loader}, request {index % len(golden)}"
        largest = max(largest, compare_answer(line, answer, tolerance=tolerance, where=where, padded=padded))
    return largest


def compare_answer(
    line: Mapping[str, Any],
    answer: Mapping[str, Any],
    *,
    tolerance: float,
    where: str,
    padded: Collection[str] = (),
) -> float:
    """Largest difference of the numbers in an answer by output name; raises VerifyError as `compare_rows` does."""
    expected = line["answer"]
    if set(expected) != set(answer):
        raise VerifyError(f"The model returns {sorted(answer)}; expected {sorted(expected)}.", where=where)
    largest = 0.0
    for name, value in expected.items():
        difference = distance({name: value}, {name: answer[name]}, padded=padded)
        if not difference <= tolerance:
            raise VerifyError(
                f"The exported model answers {name} {answer[name]}, the run answered {value}.",
                where=f"{where}: {json.dumps(line['request'])[:200]}",
                hint="don't serve this model; export the run again and compare the versions of TensorFlow in the "
                "manifest",
            )
        largest = max(largest, difference)
    return largest


def distance(expected: Any, found: Any, *, padded: Collection[str] = ()) -> float:
    """Largest difference of the numbers in two JSON values; infinite where they are not of one form, or not equal.

    Args:
        expected, found: Each such as an answer, or a body that holds answers.
        padded: Names of outputs whose lists may be longer in what was found: padded behind their values, with zeros or
            empty strings, to the longest of their batch.
    """
    return _distance(expected, found, padded, is_padded=False)


def _distance(expected: Any, found: Any, padded: Collection[str], *, is_padded: bool) -> float:
    if isinstance(expected, dict) and isinstance(found, dict) and set(expected) == set(found):
        parts = [
            _distance(value, found[key], padded, is_padded=is_padded or key in padded)
            for key, value in expected.items()
        ]
        return max(parts, default=0.0)
    if isinstance(expected, list) and isinstance(found, list):
        more = found[len(expected) :]
        if len(expected) > len(found) or (more and not (is_padded and all(map(_is_padding, more)))):
            return float("inf")
        pairs = zip(expected, found, strict=False)
        return max((_distance(*pair, padded, is_padded=is_padded) for pair in pairs), default=0.0)
    if _is_number(expected) and _is_number(found):
        difference = abs(expected - found)
        return difference if difference == difference else float("inf")
    return 0.0 if type(expected) is type(found) and expected == found else float("inf")


def check_tolerance(golden: Sequence[Mapping[str, Any]], tolerance: float) -> None:
    """Raises VerifyError where any answer would do: the tolerance is as large as the golden answers' own numbers."""
    largest = max((_largest_fraction(line["answer"]) for line in golden), default=0.0)
    if 0 < largest <= tolerance:
        raise VerifyError(
            f"The manifest allows differences of {tolerance:g}, and the golden answers' own are {largest:g} at most.",
            where="manifest.json: tolerance",
            hint=EXPORT_AGAIN,
        )


def _largest_fraction(value: Any) -> float:
    """The size of the largest number with a fraction: probabilities and amounts, and no places or counts."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return max(map(_largest_fraction, value), default=0.0)
    return abs(value) if isinstance(value, float) else 0.0


def _is_padding(value: Any) -> bool:
    return value == "" or (_is_number(value) and value == 0)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
