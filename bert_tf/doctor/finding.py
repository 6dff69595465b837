"""What a check found."""

import dataclasses
from typing import Literal


@dataclasses.dataclass(frozen=True)
class Finding:
    """One line of the doctor's report.

    Attributes:
        subject: What was looked at.
        state: "ok"; "warning" where something will be slower or missing; "problem" where training or serving fails.
        found: What is there.
        advice: What to do; nothing where all is well.
    """

    subject: str
    state: Literal["ok", "warning", "problem"]
    found: str
    advice: str = ""
