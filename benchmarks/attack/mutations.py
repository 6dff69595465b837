"""Damage runs, caches and exports at random, and use them: damage is told, or makes no difference.

    python -m benchmarks.attack.mutations --count 1000 --seed 1

A case is one file, damaged in one way or exchanged with another one of the folder or of the other run, and one use of
the folder that it is in, in a process of its own. It is passed when the use gives what it gave before, when it raises
one of bert_tf's own errors, or when it gives something else and says so. Any other error, and another result in
silence, is a violation, and the exit status is 1. `--first N --count 1` repeats case N alone.
"""

import argparse
import collections
import contextlib
import functools
import importlib
import logging
import pathlib
import random
import shutil
import signal
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from benchmarks.attack.damage import damage
from benchmarks.attack.forked import here, in_child
from benchmarks.attack.specimen import Specimen, make_specimen
from benchmarks.attack.uses import IMPORTED, USES, Use
from bert_tf.errors import BertTfError

_SECONDS = 300  # of a case, after which it counts as hanging
# What a page, a list or a comparison says of a file that it can't use.
_TOLD = ("can't be read", "can&#39;t be read", "missing", "are not shown", "anew", "no score", "shown without them")


class Case(NamedTuple):
    """What came of a case: `verdict` is "same", "told" or "VIOLATION"."""

    use: str
    damage: str
    verdict: str
    reason: str


def attack(
    specimen: Specimen,
    *,
    count: int,
    seed: int,
    first: int = 0,
    uses: Sequence[Use] = USES,
    process: Callable[[Callable[[], Any]], Any] = here,
) -> list[Case]:
    """Try `count` cases, each drawn from the seed and its own number.

    Args:
        specimen: Stays as it is.
        count: Of cases.
        seed: Of all of them.
        first: Number of the first one.
        uses: Among which is chosen; all if not given.
        process: Calls a function, in this process or another one.
    """
    expected: dict[str, Any] = {}
    cases = []
    for number in range(first, first + count):
        dice = random.Random(f"{seed}/{number}")
        use = dice.choices(uses, [each.weight for each in uses])[0]
        if use.name not in expected:
            with _copy(specimen) as copy, _log():
                expected[use.name] = process(functools.partial(use.run, copy))
        with _copy(specimen) as copy:
            files = use.files(copy)
            path = dice.choice(files)
            others, twins = [other for other in files if other != path], copy.twins(path)
            way = damage(path, [*others, *twins * max(1, len(others))], dice)
            told = f"{path.relative_to(copy.folder)}: {way}"
            verdict, reason = _in(process, functools.partial(_judged, use, copy, expected[use.name]))
        cases.append(Case(use.name, told, verdict, reason))
        if verdict == "VIOLATION":
            print(f"case {number}: {use.name}, {told}: {reason}", flush=True)
    return cases


def _in(process: Callable[[Callable[[], Any]], Any], judge: Callable[[], tuple[str, str]]) -> tuple[str, str]:
    try:
        return process(judge)
    except RuntimeError as crash:
        return "VIOLATION", str(crash)


def _judged(use: Use, copy: Specimen, expected: Any) -> tuple[str, str]:
    with _log() as told:
        try:
            with _deadline(use.name):
                found = use.run(copy)
        except BertTfError as error:
            return ("told", error.what) if error.what else ("VIOLATION", "an error without a sentence")
        except Exception:
            return "VIOLATION", traceback.format_exc()
    if found == expected:
        return "same", "; ".join(told)
    if told or any(str(found).count(words) > str(expected).count(words) for words in _TOLD):
        return "told", "; ".join(told) or "in what it shows"
    return "VIOLATION", f"another result, and not a word: {_difference(found, expected)}"


def _difference(found: Any, expected: Any) -> str:
    one, other = str(found), str(expected)
    place = next((index for index, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), 0)
    return f"…{one[max(place - 80, 0) : place + 80]}… was …{other[max(place - 80, 0) : place + 80]}…"


@contextlib.contextmanager
def _copy(specimen: Specimen) -> Iterator[Specimen]:
    """At the same place each time: paths stand in what is compared."""
    place = specimen.folder.with_name(f"{specimen.folder.name}-damaged")
    shutil.rmtree(place, ignore_errors=True)
    try:
        yield specimen.copied_to(place)
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextlib.contextmanager
def _log() -> Iterator[list[str]]:
    """What bert_tf's log is told."""
    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    handler, logger = Kept(logging.WARNING), logging.getLogger("bert_tf")
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield lines
    finally:
        logger.removeHandler(handler)
        logger.propagate = True


@contextlib.contextmanager
def _deadline(name: str) -> Iterator[None]:
    def ring(number: int, frame: Any) -> None:
        raise TimeoutError(f"{name} took more than {_SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _summary(cases: Sequence[Case], seconds: float) -> str:
    counts = collections.Counter((case.use, case.verdict) for case in cases)
    lines = [f"{'':26} {'same':>6} {'told':>6} {'violations':>11}"]
    for use in dict.fromkeys(case.use for case in cases):
        same, told, wrong = (counts[use, verdict] for verdict in ("same", "told", "VIOLATION"))
        lines.append(f"{use:26} {same:6} {told:6} {wrong:11}")
    return "\n".join([*lines, f"{len(cases)} cases in {seconds:.0f} s"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument(
        "--specimen", type=pathlib.Path, help="folder to keep for later calls what is copied and damaged"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.specimen or pathlib.Path(scratch) / "specimen"
        for name in IMPORTED:
            importlib.import_module(name)
        specimen = Specimen(folder) if folder.exists() else in_child(functools.partial(make_specimen, folder))
        started = time.monotonic()
        cases = attack(specimen, count=options.count, seed=options.seed, first=options.first, process=in_child)
    print(_summary(cases, time.monotonic() - started))
    return int(any(case.verdict == "VIOLATION" for case in cases))


if __name__ == "__main__":
    raise SystemExit(main())
