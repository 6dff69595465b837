"""What the operating system refuses, told as an error of bert_tf."""

import contextlib
import os
from collections.abc import Iterator

from bert_tf.errors import BertTfError


def reason_of(problem: OSError) -> str:
    """Why, in a few words that end a sentence: `no space left on device`."""
    return os.strerror(problem.errno).lower() if problem.errno else str(problem)


@contextlib.contextmanager
def system_errors_as(
    error: type[BertTfError], what: str, *, where: str | None = None, hint: str, kind: str = "machine"
) -> Iterator[None]:
    """Turn an OSError into another error.

    Args:
        error: Its class.
        what: A sentence without its end, which gets the reason: `A run can't be created here`.
        where, hint, kind: As of `BertTfError`.
    """
    try:
        yield
    except OSError as problem:
        raise error(f"{what}: {reason_of(problem)}.", where=where, hint=hint, kind=kind) from problem
