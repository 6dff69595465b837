"""Conditions such as `test.macro_f1>0.9` on what is known of a run."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bert_tf.errors import RunError

_RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
    "==": operator.eq,
    "=": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}
_CONDITION = re.compile(rf"\s*([\w.-]+)\s*({'|'.join(_RELATIONS)})\s*(.+?)\s*")


@dataclass(frozen=True)
class Condition:
    """A key, `>`, `>=`, `<`, `<=`, `=`, `==` or `!=`, and what its value is held against, as it was written."""

    key: str
    relation: str
    value: str


def parse_condition(text: str) -> Condition:
    """Read `test.macro_f1>0.9`; raises RunError when the text has not that form."""
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise RunError(
            f"A condition can't be read: {text!r}.",
            hint='write it like "test.accuracy>0.9", "status=trained" or "training.epochs>=3"',
            kind="usage",
        )
    return Condition(*match.groups())


def holds(condition: Condition, values: Mapping[str, Any]) -> bool:
    """Whether a run meets a condition; one that has no such value does not.

    Numbers are compared as numbers where the run has one; everything else as texts, dates among them.
    """
    found = values.get(condition.key)
    if found is None:
        return False
    relation = _RELATIONS[condition.relation]
    if isinstance(found, bool) or not isinstance(found, int | float):
        return relation(str(found).lower() if isinstance(found, bool) else str(found), condition.value)
    try:
        return relation(found, float(condition.value))
    except ValueError:
        return condition.relation == "!="


def order(value: Any) -> tuple[int, float, str]:
    """What values are sorted by: texts behind numbers, since a key may have either."""
    return (0, value, "") if isinstance(value, int | float) else (1, 0.0, str(value))
