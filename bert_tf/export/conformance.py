"""conformance.json: which proofs an exported model passed, failed, or was not put to, and why."""

import contextlib
import dataclasses
import datetime
import json
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from bert_tf.atomic import new_file
from bert_tf.errors import VerifyError

Status = Literal["pass", "fail", "not run", "differs"]


@dataclasses.dataclass(frozen=True)
class Check:
    """A proof.

    Attributes:
        name: As in conformance.json.
        status: Whether it held; "differs" of what may differ.
        detail: What was done, what went wrong, or why it was not done.
    """

    name: str
    status: Status
    detail: str


class Checks:
    """Proofs in the order in which they were tried.

    Attributes:
        done: All of them.
        first_failure: What the first that failed said.
    """

    def __init__(self) -> None:
        self.done: list[Check] = []
        self.first_failure: VerifyError | None = None

    def run(self, name: str, prove: Callable[[], str]) -> bool:
        """Try a proof, which returns what it did or raises; returns whether it held."""
        try:
            self.done.append(Check(name, "pass", prove()))
            return True
        except VerifyError as problem:
            failure = problem
        except Exception as problem:
            # What an earlier verify wrote must not stand for a proof that broke off.
            failure = VerifyError(f"The check {name} failed unexpectedly: {type(problem).__name__}: {problem}")
            failure.__cause__ = problem
        self.done.append(Check(name, "fail", failure.what))
        self.first_failure = self.first_failure or failure
        return False

    def skip(self, name: str, reason: str) -> None:
        """Write down that a proof was not tried."""
        self.done.append(Check(name, "not run", reason))

    def note(self, name: str, detail: str) -> None:
        """Write down that something differs that may."""
        self.done.append(Check(name, "differs", detail))

    def passed(self, name: str) -> bool:
        """Whether a proof was tried and held."""
        return any(check.name == name and check.status == "pass" for check in self.done)


def write_conformance(handoff: pathlib.Path, checks: Sequence[Check], *, about: Mapping[str, Any]) -> None:
    """Write conformance.json into a handoff's folder, in place of the one before; nothing where it can't be written.

    Args:
        handoff: `<name>/handoff/<version>/`.
        checks: Each with its name, status and detail.
        about: Facts beside them: model, version, target.
    """
    verified = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
    content = {**about, "verified": verified, "checks": [dataclasses.asdict(check) for check in checks]}
    write_result(handoff / "conformance.json", content)


def write_result(path: pathlib.Path, content: Mapping[str, Any]) -> None:
    """Write JSON in place of what stands there; nothing where the folder can't be written, as where it is served."""
    with contextlib.suppress(VerifyError), new_file(path, error=VerifyError, private=False) as temporary:
        temporary.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
