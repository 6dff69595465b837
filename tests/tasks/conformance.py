"""What every task has: its parts, a specimen, and a run that is trained once for all that is tried on it.

`test_conformance.py` tries it on every row of `TASKS`.
"""

import csv
import dataclasses
import pathlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import filelock
import pytest
from rich.console import Console
from specimens import SPECIMENS, TEXTS, Specimen

from bert_tf.data.target import LearnedTarget, Target
from bert_tf.evaluation.predictions import Columns
from bert_tf.evaluation.split_metrics import Metrics
from bert_tf.export.task_serving import TaskServing
from bert_tf.handoff.export_run import export_run
from bert_tf.models.task_network import TaskNetwork
from bert_tf.recipe.schema import Recipe
from bert_tf.recipe.section import Section
from bert_tf.report.sections import TaskReport
from bert_tf.report.task_comparison import TaskComparison
from bert_tf.runs.run import RunFolder
from bert_tf.tasks.recipes import make_recipe
from bert_tf.tasks.table import task_of
from bert_tf.tasks.target_draft import TargetDraft
from bert_tf.tasks.task import Task
from bert_tf.training.tensorboard.task_dashboard import TaskDashboard
from bert_tf.workflow.data import load_data
from bert_tf.workflow.report import report_run
from bert_tf.workflow.train import train_recipe

# What each part of a `Task` gives, and so must have all of.
_ASKED: Mapping[str, type] = {
    "settings": Section,
    "target": Target,
    "draft": TargetDraft,
    "network": TaskNetwork,
    "metrics": Metrics,
    "columns": Columns,
    "report": TaskReport,
    "comparison": TaskComparison,
    "dashboard": TaskDashboard,
    "serving": TaskServing,
    "serving_of_manifest": TaskServing,
}
# Twelve rows are left to train on.
_SHARES = {"validation": 0.2, "test": 0.2}
_TABLES: Mapping[str, Mapping[str, Any]] = {
    "text": {"max_tokens": 16},
    "training": {"epochs": 1, "batch_size": 4, "learning_rate": 1e-3},
    "export": {"hub": False, "golden_requests": 4},
}


def lacking(name: str, task: Task, *, folder: pathlib.Path, specimens: Mapping[str, Specimen] = SPECIMENS) -> list[str]:
    """A sentence for each part that a row of `TASKS` lacks; none where it is whole.

    Args:
        name: Of the row.
        task: The row.
        folder: Gets the specimen's rows, and a cache.
        specimens: By the name of the task.
    """
    if task.of_settings is not None and name in specimens:
        task = task.of_settings(specimens[name].settings)
    required = [field.name for field in dataclasses.fields(task) if field.default is dataclasses.MISSING]
    missing = [f"Task {name!r} has no {part}{_of(part)}." for part in required if not getattr(task, part)]
    if name not in specimens:
        missing.append(f"Task {name!r} has no specimen: rows and a recipe in tests/tasks/specimens.py.")
    return missing or list(_incomplete(name, task, folder, specimens))


def _incomplete(name: str, task: Task, folder: pathlib.Path, specimens: Mapping[str, Specimen]) -> Iterator[str]:
    recipe = recipe_of(name, specimens[name], folder=folder)
    learned = load_data(recipe, cache_folder=folder / "cache").target
    yield from _without(name, "learned target", learned, LearnedTarget)
    facts = learned.facts
    serving = task.serving(facts)
    given: Mapping[str, tuple[Any, ...]] = {
        "target": (recipe,),
        "network": (recipe, facts),
        "serving": (facts,),
        "serving_of_manifest": (serving.manifest_facts(),),
    }
    for part, asked in _ASKED.items():
        make: Callable[..., object] = getattr(task, part)
        yield from _without(name, part, make(*given.get(part, ())), asked)


def _without(name: str, part: str, made: object, asked: type) -> Iterator[str]:
    wanted = {member for kind in asked.__mro__ for member in (*vars(kind), *vars(kind).get("__annotations__", ()))}
    for member in sorted(wanted):
        if not member.startswith("_") and not hasattr(made, member):
            yield f"The {part} of task {name!r} lacks {member}, which {_place(asked)} asks for."


def _of(part: str) -> str:
    return f", a {_place(_ASKED[part])}" if part in _ASKED else ""


def _place(asked: type) -> str:
    return f"{asked.__name__} of {asked.__module__.replace('.', '/')}.py"


def recipe_of(name: str, specimen: Specimen, *, folder: pathlib.Path, encoder: str = "minilm-l6") -> Recipe:
    """The recipe of a specimen, whose rows are written into a folder."""
    rows = folder / "rows.csv"
    with rows.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("text", *specimen.columns), *zip(TEXTS, *specimen.columns.values(), strict=True)])
    space = {f"{name}.{key}": values for key, values in specimen.space.items()}
    tables = {
        **_TABLES,
        "data": {"source": "files", "train": str(rows), **_SHARES, **specimen.data},
        "model": {"encoder": encoder, "kernels": "reference"},
        "tuning": {"space": space},
        name: specimen.settings,
    }
    return make_recipe({"name": f"specimen-{name}", "task": name, **tables})


@dataclasses.dataclass(frozen=True)
class Finished:
    """A specimen's run, measured, reported and exported.

    Attributes:
        name: Of the task.
        task: The task.
        recipe: The recipe.
        run: The run.
        model: The exported version.
    """

    name: str
    task: Task
    recipe: Recipe
    run: RunFolder
    model: pathlib.Path


def finish(name: str, *, cache: pathlib.Path, encoder: str) -> Finished:
    """Train, measure, export and report a task's specimen; whoever comes second gets what is there.

    Args:
        name: Of the task.
        cache: The cache folder that all workers share; rows and run are beside it.
        encoder: Of the recipe.
    """
    folder = cache.parent / "conformance" / name
    folder.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(f"{folder}.lock"), pytest.MonkeyPatch.context() as patch:
        patch.setenv("BERT_TF_CACHE", str(cache))
        recipe = recipe_of(name, SPECIMENS[name], folder=folder, encoder=encoder)
        done = folder / "done"
        if not done.exists():
            run = train_recipe(recipe, runs_folder=folder / "runs", cache_folder=cache, console=Console(quiet=True))
            export_run(run, cache_folder=cache)
            report_run(run)
            done.touch()
    run = RunFolder(max((folder / "runs" / recipe.name).iterdir()))
    return Finished(name, task_of(recipe), recipe, run, run.export / recipe.name / "1")
