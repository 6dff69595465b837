"""The process of one run of a search: reads its job from standard input, trains, and leaves how that ended.

    python -m bert_tf.tuning.trial_process

Its parent holds the other end of standard input: when that closes, the parent is gone, and so is this process.
"""

import gc
import json
import os
import pathlib
import shutil
import sys
import tomllib
from collections.abc import Mapping, Sequence

from rich.console import Console

from bert_tf.environment import keep_compiled_kernels, seal_compiled_kernels
from bert_tf.errors import BertTfError, DivergenceError, OutOfMemoryError, StoppedError
from bert_tf.processes import end_with_input
from bert_tf.recipe.schema import Recipe
from bert_tf.runs.run import RunFolder, open_run
from bert_tf.stop_signals import StopSignals
from bert_tf.tasks.recipes import make_recipe
from bert_tf.told_errors import told
from bert_tf.tuning.job import DIVERGED, OUT_OF_MEMORY, STOPPED, Job, Outcome, write_outcome
from bert_tf.tuning.objective import objective_of
from bert_tf.tuning.pruning import QuartileRule


def main() -> int:
    """Do one job; returns the exit status."""
    fields = json.loads(sys.stdin.readline())
    job = Job(**{**fields, "quartiles": tuple(fields["quartiles"])})
    end_with_input(STOPPED)
    folder = pathlib.Path(job.folder)
    try:
        with StopSignals() as signals:
            outcome = _train(job, signals)
    except (KeyboardInterrupt, StoppedError) as stop:
        sys.stdout.write(f"{stop}\n")
        return STOPPED
    except BertTfError as error:
        outcome = outcome_of(job, error)
    write_outcome(folder, outcome)
    return 0


def outcome_of(job: Job, error: BertTfError) -> Outcome:
    """A trial may diverge or need too much memory; anything else is wrong for all trials."""
    sys.stdout.write(f"{error}\n")
    if isinstance(error, DivergenceError):
        return Outcome(job.identity, "failed", f"{DIVERGED}: {error.what}")
    if isinstance(error, OutOfMemoryError):
        return Outcome(job.identity, "failed", f"{OUT_OF_MEMORY}: {error.what}")
    return Outcome(job.identity, "failed", error.what, error=told(error))


def _train(job: Job, signals: StopSignals) -> Outcome:
    keep_compiled_kernels()
    # What is imported stays; to look through it for garbage takes a sixth of the seconds that importing takes.
    gc.disable()
    from bert_tf.training.resume_points import newest_point
    from bert_tf.workflow.train import train_recipe
    from bert_tf.workflow.training_scope import TrainingScope

    gc.freeze()
    gc.enable()
    recipe, folder = make_recipe(tomllib.loads(job.recipe)), pathlib.Path(job.folder)
    previous = None if job.resume_from is None else open_run(pathlib.Path(job.resume_from))
    interrupted = RunFolder(folder) if folder.is_dir() else None
    point = newest_point(interrupted.checkpoints, training=interrupted.training_id) if interrupted else None
    if interrupted and point is None:
        shutil.rmtree(folder)
        interrupted = None
    before = point.progress.epochs if point else previous.metrics["epochs"] if previous else ()
    rule = _rule(recipe, job, before)
    train_recipe(
        recipe,
        runs_folder=folder.parent,
        cache_folder=pathlib.Path(job.cache_folder),
        console=Console(width=120),
        scope=TrainingScope(
            run_folder=folder,
            measure_test=job.measure_test,
            summarize=False,
            until_epoch=job.until_epoch,
            resume_from=previous,
            interrupted=interrupted,
            should_stop=rule,
            signals=signals,
        ),
    )
    return Outcome(job.identity, "pruned" if rule.reason else "finished", rule.reason)


def _rule(recipe: Recipe, job: Job, before: Sequence[Mapping[str, float]]) -> QuartileRule:
    objective = objective_of(recipe)
    return QuartileRule(
        # The last epoch ends it anyhow.
        job.quartiles[: (job.until_epoch or recipe.training.epochs) - 1],
        objective=objective,
        before=objective.curve(before),
    )


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    seal_compiled_kernels()
    # All is written; TensorFlow's own way out takes a second.
    os._exit(status)
