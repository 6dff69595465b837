"""What is noted while rows are read to be scored: those that can't be, and how the files were read."""

import dataclasses
from collections import Counter
from collections.abc import Mapping
from typing import Any, Self

from bert_tf.data.checks import Refusal
from bert_tf.data.remarks import Remarks
from bert_tf.data.rows import Header

_SHOWN = 20


@dataclasses.dataclass
class Notes:
    """Of one file, of a part of it, or of all.

    Attributes:
        reasons: How many rows can't be scored, by two or three words.
        shown: The first twenty of them, each with its place.
        remarks: What the files' owner should know.
    """

    reasons: Counter[str] = dataclasses.field(default_factory=Counter)
    shown: list[str] = dataclasses.field(default_factory=list)
    remarks: Remarks = dataclasses.field(default_factory=Remarks)

    @classmethod
    def of(cls, name: str) -> Self:
        """Of a file of this name, none yet."""
        notes = cls()
        notes.remarks.heed(Header(name, ()))
        return notes

    def refuse(self, place: str, refusal: Refusal) -> None:
        """Note a row that can't be scored."""
        self.reasons[refusal.reason] += 1
        if len(self.shown) < _SHOWN:
            self.shown.append(f"{place}: {refusal.message}")

    def as_json(self) -> dict[str, Any]:
        """All of it, for `join`."""
        return {"refused": dict(self.reasons), "refused_shown": self.shown, "remarks": self.remarks.as_json()}

    def join(self, others: Mapping[str, Any]) -> None:
        """Add what was noted of later rows."""
        self.reasons.update(others["refused"])
        self.shown = [*self.shown, *others["refused_shown"]][:_SHOWN]
        self.remarks.join(others["remarks"])
