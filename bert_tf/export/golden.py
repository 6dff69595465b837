"""Golden requests: texts and the run's own answers to them, to hold every later answer against."""

import json
import pathlib
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from bert_tf.documents import check_table, parse_json
from bert_tf.errors import EXPORT_AGAIN, VerifyError

RANKINGS, RECOMMENDATIONS = "rankings", "recommendations"
# Files of golden requests whose inputs are lists, and the signature that they are of.
OF_LISTS: Mapping[str, str] = types.MappingProxyType({RANKINGS: "rank", RECOMMENDATIONS: "recommend"})

_NONE: Mapping[str, str] = types.MappingProxyType({})


def golden_lines(
    requests: Sequence[dict[str, Any]], outputs: Mapping[str, np.ndarray], *, padded: Mapping[str, str] = _NONE
) -> Iterator[dict[str, dict[str, Any]]]:
    """`{"request": {input name: value}, "answer": {output name: value}}` for each row.

    Args:
        requests: One row of a signature's inputs each; JSON-able.
        outputs: The answers, N rows by output name.
        padded: As of `TaskServing.padded_outputs`: how much of a row is padding depends on the texts around it.
    """
    for row, request in enumerate(requests):
        counts = {name: int(outputs[count][row]) for name, count in padded.items()}
        answer = {
            name: _plain(values[row][: counts[name]] if name in counts else values[row])
            for name, values in outputs.items()
        }
        yield {"request": request, "answer": answer}


def write_golden(path: pathlib.Path, lines: Iterable[dict[str, Any]]) -> None:
    """One JSON object a line, UTF-8."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")


def read_golden(path: pathlib.Path) -> list[dict[str, Any]]:
    """What `write_golden` wrote; raises VerifyError when the file is missing or damaged."""
    try:
        # Not splitlines: a text may hold U+2028, which JSON leaves as it is and splitlines takes for a line's end.
        lines = [parse_json(line) for line in path.read_bytes().split(b"\n") if line]
        return [check_table(line, {"request": dict, "answer": dict}) for line in lines]
    except (OSError, ValueError) as problem:
        raise VerifyError(
            f"The exported model's golden requests can't be read: {problem}.",
            where=str(path),
            hint=EXPORT_AGAIN,
        ) from problem


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, np.ndarray) and value.dtype == object:
        return [_plain(each) for each in value]
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value
