"""`bert_tf.train`: what `bert-tf train` does, from Python."""

import os
import pathlib
from collections.abc import Mapping
from typing import Any, Literal, overload

from rich.console import Console

from bert_tf.api import Folder, Run
from bert_tf.environment import cache_folder
from bert_tf.handoff.train_and_export import train_and_export
from bert_tf.tasks.recipes import load_recipe
from bert_tf.terminal import display_console
from bert_tf.workflow.workers import Strategy


@overload
def train(
    recipe: Folder,
    overrides: Mapping[str, Any] | None = None,
    *,
    runs_folder: Folder = "runs",
    export: bool = True,
    baseline: bool = False,
    resume: Folder | None = None,
    strategy: Literal["mirrored"] | None = None,
    console: Console | None = None,
) -> Run: ...


@overload
def train(
    recipe: Folder,
    overrides: Mapping[str, Any] | None = None,
    *,
    runs_folder: Folder = "runs",
    export: bool = True,
    baseline: bool = False,
    resume: Folder | None = None,
    strategy: Literal["multi_worker"],
    console: Console | None = None,
) -> Run | None: ...


def train(
    recipe: Folder,
    overrides: Mapping[str, Any] | None = None,
    *,
    runs_folder: Folder = "runs",
    export: bool = True,
    baseline: bool = False,
    resume: Folder | None = None,
    strategy: Strategy | None = None,
    console: Console | None = None,
) -> Run | None:
    """Train a recipe, evaluate it, export it, verify the export, and write a report, as `bert-tf train` does.

    Args:
        recipe: A name, or a path that ends in `.toml`; `overrides` are values by key: `{"training.epochs": 1}`.
        runs_folder: Parent of `<recipe>/<id>/`.
        export, baseline: Whether to export and verify, and to train a bag of words for the report to compare with.
        resume: Folder of an interrupted run of this recipe to go on with, or "auto" for the newest, if there is one.
        strategy: "multi_worker" trains with the other processes that TF_CONFIG names, all of which call this;
            "mirrored" on this machine's one device. See docs/scaling.md.
        console: Where to show progress; by default on terminals and in notebooks, with `Console(quiet=True)` nowhere.

    Returns:
        The run; None in a worker that is not the first, which leaves none.

    Raises:
        BertTfError: anything that is wrong, with a message.

    Examples:
        >>> quick = {"data.train": "all[:80]", "text.max_tokens": 32, "training.epochs": 1}
        >>> run = bert_tf.train("bbc-news", quick, export=False)
        >>> 0 <= run.metrics["test"]["accuracy"] <= 1
        True
    """
    done = train_and_export(
        load_recipe(os.fspath(recipe), overrides),
        runs_folder=pathlib.Path(runs_folder),
        cache_folder=cache_folder(),
        export=export,
        baseline=baseline,
        resume="auto" if resume == "auto" else None if resume is None else pathlib.Path(resume),
        strategy=strategy,
        console=console or display_console(),
    )
    return None if done is None else Run(done.run.path)
