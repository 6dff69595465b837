"""Damage runs, caches and exports at random, and use them: damage is told, or makes no difference.

    python -m benchmarks.attack.mutations --count 1000 --seed 1

A case is one file damaged in one way and one use of the folder that it is in. It is passed when the use gives what it
gave before, when it raises one of bert_tf's own errors, or when it gives something else and says so. Any other error,
and another result in silence, is a violation, and the exit status is 1. `--first N --count 1` repeats case N alone.
"""

import argparse
import collections
import contextlib
import gc
import json
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

import numpy as np

from benchmarks.attack.damage import damage
from benchmarks.attack.specimen import Specimen, compiled, make_specimen
from bert_tf.errors import BertTfError
from bert_tf.runs import RunFolder, open_run

_TEXTS = ["Shares fall as oil prices rise", "The striker scored twice", "A new phone with two cameras"]
_SECONDS = 300  # of a case, after which it counts as hanging
# What a page, a list or a comparison says of a file that it can't use.
_TOLD = ("can't be read", "can&#39;t be read", "not there", "are not shown", "has no metrics", "anew", "no score")
_DECIMALS = 5


class Use(NamedTuple):
    """Something that is done with a specimen.

    Attributes:
        name: For people.
        files: Of the specimen, those whose damage matters to it.
        run: Does it, and returns what can be held against what it gave before.
        weight: How often it is chosen, beside the others.
    """

    name: str
    files: Callable[[Specimen], list[pathlib.Path]]
    run: Callable[[Specimen], Any]
    weight: int


class Case(NamedTuple):
    """What came of a case: `verdict` is "same", "told" or "VIOLATION"."""

    use: str
    damage: str
    verdict: str
    reason: str


def attack(
    specimen: Specimen, *, count: int, seed: int, first: int = 0, uses: Sequence[Use] | None = None
) -> list[Case]:
    """Try `count` cases, each drawn from the seed and its own number.

    Args:
        specimen: Stays as it is.
        count: Of cases.
        seed: Of all of them.
        first: Number of the first one.
        uses: Among which is chosen; all if not given.
    """
    uses = USES if uses is None else uses
    expected: dict[str, Any] = {}
    cases = []
    for number in range(first, first + count):
        dice = random.Random(f"{seed}/{number}")
        use = dice.choices(uses, [each.weight for each in uses])[0]
        if use.name not in expected:
            with _copy(specimen) as copy, _log():
                expected[use.name] = use.run(copy)
        with _copy(specimen) as copy:
            files = use.files(copy)
            path = dice.choice(files)
            way = damage(path, [other for other in files if other != path], dice)
            told = f"{path.relative_to(copy.folder)}: {way}"
            verdict, reason = _judged(use, copy, expected[use.name])
        cases.append(Case(use.name, told, verdict, reason))
        if verdict == "VIOLATION":
            print(f"case {number}: {use.name}, {told}: {reason}", flush=True)
        gc.collect()
    return cases


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


def _rounded(value: Any) -> Any:
    """Numbers as near as two computations of one process are to each other."""
    return json.loads(json.dumps(value), parse_float=lambda digits: round(float(digits), _DECIMALS))


def _predict(specimen: Specimen) -> Any:
    from bert_tf.workflow.predict import predict_run

    return _rounded(predict_run(_run(specimen), _TEXTS, cache_folder=specimen.cache))


def _evaluate(specimen: Specimen) -> Any:
    from bert_tf.workflow.evaluate import evaluate_run

    return _rounded(evaluate_run(_run(specimen), cache_folder=specimen.cache))


def _export(specimen: Specimen) -> Any:
    from bert_tf.export.folders import read_manifest
    from bert_tf.workflow.export import export_run

    version = export_run(_run(specimen), specimen.folder / "again", cache_folder=specimen.cache)
    manifest = read_manifest(version)
    return {
        name: manifest[name] for name in ("labels", "checkpoint", "test_accuracy", "tokenizer", "data_fingerprints")
    }


def _report(specimen: Specimen) -> Any:
    from bert_tf.workflow.report import report_run

    return report_run(_run(specimen), seconds=0).read_text()


def _compare(specimen: Specimen) -> Any:
    from bert_tf.workflow.compare import compare_runs

    return str(compare_runs([open_run(specimen.runs / name) for name in ("first", "second")]))


def _runs(specimen: Specimen) -> Any:
    from bert_tf.workflow.list_runs import list_runs

    return str(list_runs(specimen.runs.parent))


def _prepare(specimen: Specimen) -> Any:
    """Every token id, label and text that a training would get."""
    from bert_tf.workflow.prepare import prepare

    run = _run(specimen)
    prepared = prepare(run.recipe, encoder_folder=run.encoder, cache_folder=specimen.cache)
    return {
        name: [np.concatenate([tokens.ids(row) for row in range(len(tokens))]).tolist(), tokens.truncated.tolist(),
               prepared.examples[name].labels.tolist(), prepared.examples[name].texts(0, len(tokens))]
        for name, tokens in prepared.tokens.items()
    }  # fmt: skip


def _verify(specimen: Specimen) -> Any:
    from bert_tf.export.verify import verify

    done = verify(specimen.models / "bbc-news", latency_seconds=None)
    return [done.requests, done.loaders, done.tolerance, done.precision]


def _load(specimen: Specimen) -> Any:
    from bert_tf.export.loaded import ExportedModel

    return _rounded(ExportedModel(specimen.models / "bbc-news").predict(_TEXTS))


def _run(specimen: Specimen) -> RunFolder:
    return open_run(specimen.runs / "first")


def _files(folder: pathlib.Path, *parts: str) -> list[pathlib.Path]:
    """Files below some parts of a folder; all of its files where none are named."""
    roots = [folder / part for part in parts] or [folder]
    found = [file for root in roots for file in ([root] if root.is_file() else root.rglob("*")) if file.is_file()]
    return sorted(found)


def _of_run(*parts: str) -> Callable[[Specimen], list[pathlib.Path]]:
    return lambda specimen: _files(specimen.runs / "first", *parts)


_SMALL = ("run.json", "recipe.toml", "metrics.json")
_MODEL = ("run.json", "recipe.toml", "encoder", "checkpoints")
USES = (
    Use("predict", _of_run(*_MODEL), _predict, 14),
    Use("evaluate", _of_run(*_MODEL, "metrics.json", "predictions"), _evaluate, 14),
    Use("export", _of_run(*_MODEL, "metrics.json"), _export, 2),
    Use("report", _of_run(*_SMALL, "predictions", "explanations.json", "checkpoints"), _report, 8),
    Use("compare", _of_run(*_SMALL, "predictions"), _compare, 10),
    Use("runs", _of_run(*_SMALL, "checkpoints"), _runs, 10),
    Use("prepare, damaged cache", lambda s: _files(s.cache, "tokens", "characters", "examples"), _prepare, 16),
    Use("evaluate, damaged cache", lambda s: _files(s.cache, "tokens", "characters", "examples"), _evaluate, 6),
    Use("compile, damaged kernels", lambda s: _files(s.cache, "kernels"), lambda s: compiled(s.cache), 2),
    Use("verify", lambda s: _files(s.models / "bbc-news", "1", "handoff"), _verify, 9),
    Use("load", lambda s: _files(s.models / "bbc-news", "1", "handoff/1/manifest.json"), _load, 9),
)


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
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        specimen = make_specimen(pathlib.Path(scratch) / "specimen")
        started = time.monotonic()
        cases = attack(specimen, count=options.count, seed=options.seed, first=options.first)
    print(_summary(cases, time.monotonic() - started))
    return int(any(case.verdict == "VIOLATION" for case in cases))


if __name__ == "__main__":
    raise SystemExit(main())
