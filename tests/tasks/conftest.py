"""A run of each task, trained once for all that look at it; and what a drawn one leaves for a report."""

import dataclasses
import pathlib
import shutil
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from bert_tf.evaluation.predictions import Predictions
from bert_tf.evaluation.split_metrics import Metrics
from bert_tf.recipe.load_recipe import resolved_toml
from bert_tf.recipe.schema import Recipe
from bert_tf.report.contents import Contents
from bert_tf.report.measured import measured

if TYPE_CHECKING:
    from conformance import Finished

# The tests are imported by path; specimens.py and conformance.py stand beside them.
sys.path.insert(0, str(pathlib.Path(__file__).parent))


@pytest.fixture(scope="session")
def finished_run(cache: pathlib.Path, one_layer: pathlib.Path) -> "Callable[[str], Finished]":
    """The run of a task's specimen, by the name of the task; all workers share it."""
    # TensorFlow, which most tests of tasks do without.
    from conformance import finish

    return lambda name: finish(name, cache=cache, encoder=str(one_layer))


@pytest.fixture
def copied_run(tmp_path: pathlib.Path) -> "Callable[[Finished], pathlib.Path]":
    """Copy a finished run, without its export, for one test alone."""
    left_out = shutil.ignore_patterns("export", "tensorboard")
    return lambda finished: shutil.copytree(finished.run.path, tmp_path / "copy", ignore=left_out)


@pytest.fixture
def left() -> Callable[..., Contents]:
    """What a finished run of a recipe left of its splits; `changes` replace what is there."""

    def make(
        recipe: Recipe,
        metrics: Metrics,
        splits: dict[str, Predictions],
        /,
        *,
        epoch: dict[str, float],
        **changes: object,
    ) -> Contents:
        rows = {"train": 1000, **{name: len(found) for name, found in splits.items()}}
        made = Contents(
            path="runs/drawn/20260101-120000",
            recipe_toml=resolved_toml(recipe),
            recipe=recipe.model_dump(),
            facts={"status": "trained", "data": {"rows": rows, "bad_rows": [], "leakage": {}, "duplicates": 0}},
            status="trained",
            metrics={"epochs": [epoch]},
            epochs=[epoch],
            measures=metrics.measures,
            splits=splits,
            missing="",
            found=measured(splits, metrics, max_tokens=recipe.text.max_tokens),
            explanations={},
            unexplained="",
            reference=None,
        )
        return dataclasses.replace(made, **changes)

    return make
