"""What is done with damaged runs, caches and exports, and what of it can be held against what came before."""

import dataclasses
import functools
import json
import pathlib
import shutil
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from benchmarks.attack.other_tasks import OTHER_TASKS
from benchmarks.attack.specimen import Specimen, compiled
from bert_tf.runs.run import RunFolder, open_run

_TEXTS = ["Shares fall as oil prices rise", "The striker scored twice", "A new phone with two cameras"]
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


def _rounded(value: Any) -> Any:
    """Numbers as near as two computations of one process are to each other."""
    return json.loads(json.dumps(value), parse_float=lambda digits: round(float(digits), _DECIMALS))


def _predict(specimen: Specimen) -> Any:
    from bert_tf.workflow.predict import RunPredictor

    return _rounded(RunPredictor(_run(specimen), cache_folder=specimen.cache)(_TEXTS))


def _evaluate(specimen: Specimen) -> Any:
    from bert_tf.workflow.evaluate import evaluate_run

    return _rounded(evaluate_run(_run(specimen), cache_folder=specimen.cache))


def _export(specimen: Specimen) -> Any:
    from bert_tf.export.folders import read_manifest
    from bert_tf.handoff.export_run import export_run

    version = export_run(_run(specimen), specimen.folder / "again", cache_folder=specimen.cache)
    manifest = read_manifest(version)
    return {
        name: manifest[name] for name in ("labels", "checkpoint", "test_accuracy", "tokenizer", "data_fingerprints")
    }


def _report(specimen: Specimen) -> Any:
    from bert_tf.workflow.report import report_run

    return report_run(_run(specimen), seconds=0).read_text()


def _report_without_metrics(specimen: Specimen) -> Any:
    """Its epochs are those of the event files."""
    (specimen.runs / "first" / "metrics.json").unlink()
    shutil.rmtree(specimen.runs / "first" / "predictions")
    return _report(specimen)


def _compare(specimen: Specimen) -> Any:
    from bert_tf.workflow.compare import compare_runs

    compared = compare_runs([open_run(specimen.runs / name) for name in ("first", "second")])
    return str(dataclasses.asdict(compared))  # as a text it is its verdict only


def _runs(specimen: Specimen) -> Any:
    from bert_tf.runs.list_runs import list_runs

    return str(list_runs(specimen.runs.parent))


def _prepare(specimen: Specimen) -> Any:
    """Every token id, label and text that a training would get."""
    from bert_tf.tasks.recipes import run_recipe
    from bert_tf.workflow.prepare import prepare

    run = _run(specimen)
    prepared = prepare(run_recipe(run), encoder_folder=run.encoder, cache_folder=specimen.cache)
    return {
        name: [np.concatenate([tokens.ids(row) for row in range(len(tokens))]).tolist(), tokens.truncated.tolist(),
               prepared.examples[name].targets.tolist(), prepared.examples[name].texts(0, len(tokens))]
        for name, tokens in prepared.tokens.items()
    }  # fmt: skip


def _verify(specimen: Specimen) -> Any:
    from bert_tf.export.verify import verify

    done = verify(specimen.models / "bbc-news", latency_seconds=None)
    return [done.requests, done.loaders, done.tolerance, done.precision]


def _load(specimen: Specimen) -> Any:
    from bert_tf.tasks.exported import load_exported

    return _rounded(load_exported(specimen.models / "bbc-news").predict(_TEXTS))


def _report_other(task: str, specimen: Specimen) -> Any:
    from bert_tf.workflow.report import report_run

    return report_run(open_run(specimen.other_run(task)), seconds=0).read_text()


def _evaluate_other(task: str, specimen: Specimen) -> Any:
    from bert_tf.workflow.evaluate import evaluate_run

    return _rounded(evaluate_run(open_run(specimen.other_run(task)), cache_folder=specimen.cache))


def _load_other(task: str, version: str, specimen: Specimen) -> Any:
    from bert_tf.tasks.exported import load_exported

    return _rounded(load_exported(specimen.models / task / version).predict(_TEXTS))


def _read_index(specimen: Specimen) -> Any:
    """All that an index made of it again would have."""
    from bert_tf.export.answer_index import read_index

    index = read_index(specimen.models / "embed" / "handoff" / "2" / "answers" / "answers.parquet")
    return [dataclasses.astuple(index.corpus), index.vectors.tolist(), index.model_sha256]


def _monitor(specimen: Specimen) -> Any:
    """All that a monitor shows, and goes on from."""
    from bert_tf.monitoring.state_store import StateStore

    with StateStore(specimen.monitor, {"model": "specimen"}) as store:
        counts = [[store.counts(name), store.texts(name, first=0, last=99, most=9)] for name in store.series()]
        return str([counts, store.detectors(), store.alarms(), store.unsent(), store.counters, store.positions()])


def _run(specimen: Specimen) -> RunFolder:
    return open_run(specimen.runs / "first")


def _files(folder: pathlib.Path, *parts: str) -> list[pathlib.Path]:
    """Files below some parts of a folder; all of its files where none are named."""
    roots = [folder / part for part in parts] or [folder]
    found = [file for root in roots for file in ([root] if root.is_file() else root.rglob("*")) if file.is_file()]
    return sorted(found)


def _of_run(*parts: str) -> Callable[[Specimen], list[pathlib.Path]]:
    return lambda specimen: _files(specimen.runs / "first", *parts)


def _uses_of_other(task: str) -> list[Use]:
    def of_run(*parts: str) -> Callable[[Specimen], list[pathlib.Path]]:
        return lambda specimen: _files(specimen.other_run(task), *parts)

    def of_version(version: str) -> Use:
        name = f"load {task}" if version == "1" else f"load {task}, answering"
        return Use(
            name,
            lambda s: _files(s.models / task, version, f"handoff/{version}/manifest.json"),
            functools.partial(_load_other, task, version),
            3,
        )

    return [
        Use(f"evaluate {task}", of_run(*_MODEL, "metrics.json"), functools.partial(_evaluate_other, task), 3),
        Use(f"report {task}", of_run(*_SMALL, "predictions"), functools.partial(_report_other, task), 3),
        of_version("1"),
        *([of_version("2")] if task == "embed" else []),
    ]


# What the uses import, but for what only a process of their own does.
IMPORTED = (
    "bert_tf.handoff.export_run", "bert_tf.tasks.exported", "bert_tf.workflow.compare", "bert_tf.workflow.evaluate",
    "bert_tf.workflow.explain", "bert_tf.workflow.predict", "bert_tf.workflow.report", "bert_tf.workflow.train",
    "bert_tf.tasks.classify.report", "bert_tf.tasks.classify.metrics", "sklearn.metrics", "matplotlib.pyplot",
    "bert_tf.handoff.index_run", "bert_tf.monitoring.state_store", "scipy.stats", "tensorflow_text",
)  # fmt: skip
_SMALL = ("run.json", "recipe.toml", "metrics.json")
_MODEL = ("run.json", "recipe.toml", "encoder", "checkpoints")
OF_OTHER_TASKS = (
    *(use for task in OTHER_TASKS for use in _uses_of_other(task)),
    Use("read an index", lambda s: _files(s.models / "embed" / "handoff" / "2" / "answers"), _read_index, 3),
)
USES: tuple[Use, ...] = (
    Use("predict", _of_run(*_MODEL), _predict, 14),
    Use("evaluate", _of_run(*_MODEL, "metrics.json", "predictions"), _evaluate, 14),
    Use("export", _of_run(*_MODEL, "metrics.json"), _export, 2),
    Use("report", _of_run(*_SMALL, "predictions", "explanations.json", "checkpoints"), _report, 8),
    Use("report, no metrics", _of_run("tensorboard/train", "tensorboard/validation"), _report_without_metrics, 3),
    Use("compare", _of_run(*_SMALL, "predictions"), _compare, 10),
    Use("runs", _of_run(*_SMALL, "checkpoints"), _runs, 10),
    Use("prepare, damaged cache", lambda s: _files(s.cache, "tokens", "characters", "examples"), _prepare, 16),
    Use("evaluate, damaged cache", lambda s: _files(s.cache, "tokens", "characters", "examples"), _evaluate, 6),
    Use("compile, damaged kernels", lambda s: _files(s.cache, "kernels"), lambda s: compiled(s.cache), 2),
    Use("verify", lambda s: _files(s.models / "bbc-news", "1", "handoff"), _verify, 9),
    Use("load", lambda s: _files(s.models / "bbc-news", "1", "handoff/1/manifest.json"), _load, 9),
    *OF_OTHER_TASKS,
    Use("monitor", lambda s: _files(s.monitor), _monitor, 5),
)
