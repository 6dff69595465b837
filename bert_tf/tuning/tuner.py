"""The keras-tuner `Tuner` of a search: every trial is a run of the recipe with the trial's values."""

import contextlib
import dataclasses
import datetime
import io
import math
import pathlib
import re
import statistics
import time
from collections.abc import Callable, Sequence

from keras_tuner.engine.base_tuner import BaseTuner
from keras_tuner.engine.oracle import Oracle
from keras_tuner.engine.trial import Trial as OracleTrial
from keras_tuner.errors import FailedTrialError, FatalError
from rich.console import Console

from bert_tf.errors import BertTfError, TuningError
from bert_tf.processes import this_process
from bert_tf.recipe.parameter import Parameter
from bert_tf.recipe.schema import Recipe
from bert_tf.recipe.space_values import own_value
from bert_tf.scores import score_text
from bert_tf.stage import Stage
from bert_tf.tasks.recipes import trial_recipe
from bert_tf.tuning.history import Trial, best_trial, read_history, read_trial, trial_folder, write_trial
from bert_tf.tuning.job import DIVERGED, OUT_OF_MEMORY
from bert_tf.tuning.keras_tuner_space import EPOCHS, LOWER_TRIAL, decoded
from bert_tf.tuning.objective import objective_of
from bert_tf.tuning.trial import TrialResult

_ALIKE = 3  # failures in a row that can't be the values' fault
_POLL_SECONDS = 0.5


class RecipeTuner(BaseTuner):
    """Runs the trials that the oracle gives out, one after the other.

    It has no model of its own, so keras-tuner, which is made for Keras 3, never sees one (keras-tuner#1039).

    Args:
        oracle: With its state; in a worker, what its requests to the chief are made by.
        recipe: As it stands, the recipe of trial 0.
        parameters: What the trials change of it.
        folder: Of the search.
        cache_folder: As of `train_recipe`.
        run_trial: Trains a trial, as `bert_tf.tuning.trial.run_trial`.
        console: Gets a line for each trial.
    """

    def __init__(
        self,
        oracle: Oracle,
        *,
        recipe: Recipe,
        parameters: Sequence[Parameter],
        folder: pathlib.Path,
        cache_folder: pathlib.Path,
        run_trial: Callable[..., TrialResult],
        console: Console,
    ) -> None:
        super().__init__(oracle=oracle, hypermodel=None, directory=str(folder), project_name="keras_tuner")
        self._recipe, self._parameters, self._folder, self._cache_folder = recipe, parameters, folder, cache_folder
        self._start, self._console = run_trial, console
        self._failures: list[str] = []
        self._is_asking = False

    def save(self) -> None:
        """Have the oracle save its state; there is no other."""
        if not self._is_worker():
            self.oracle.save()

    def pre_create_trial(self) -> None:
        """Wait a little before asking again for a trial that there was none of: keras-tuner itself asks at once."""
        if self._is_asking:
            time.sleep(_POLL_SECONDS)
        self._is_asking = True

    def on_trial_end(self, trial: OracleTrial) -> None:
        """Tell the oracle how it ended."""
        # keras-tuner prints the values of every condition that it sends to a chief.
        with contextlib.redirect_stdout(io.StringIO()):
            super().on_trial_end(trial)

    def on_trial_begin(self, trial: OracleTrial) -> None:
        """Note that there was a trial."""
        self._is_asking = False

    def run_trial(self, trial: OracleTrial) -> dict[str, float]:
        """Train a trial, or take over what a process that was killed had finished of it.

        Raises:
            FailedTrialError: it has no score.
            FatalError: from a BertTfError, what ends the search.
        """
        planned = self._planned(trial)
        done = read_trial(self._folder, planned.id)
        if done is None or done.status == "running" or done.values != planned.values:
            done = self._run(planned)
            self._check_failures(done)
        if done.score is None:
            raise FailedTrialError(done.reason)
        return {self._recipe.tuning.objective: done.score}

    def _planned(self, trial: OracleTrial) -> Trial:
        """What the file says of a trial when it starts."""
        values, number = trial.hyperparameters.values, int(trial.trial_id)
        chosen = decoded(self._parameters, values)
        if number == 0:
            # keras-tuner has the nearest values of the space; the recipe's own may be left out or lie outside.
            chosen = {key: own_value(self._recipe, key) for key in chosen}
        return Trial(
            id=trial.trial_id,
            number=number,
            values=chosen,
            status="running",
            started=datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
            epochs=values.get(EPOCHS),
            continued_from=values.get(LOWER_TRIAL),
            worker=self.tuner_id,
            process=this_process(),
        )

    def _run(self, planned: Trial) -> Trial:
        tuning = self._recipe.tuning
        self._console.print(f"trial {planned.number}: {_shown(planned)}", highlight=False, markup=False)
        write_trial(self._folder, planned)
        lower = planned.continued_from
        # Hyperband ends trials by its rounds, and the recipe as it stands is what the others are compared with.
        prunes = tuning.pruning and tuning.algorithm != "hyperband" and planned.number > 0
        try:
            with Stage(self._console, f"training trial {planned.number}", usual=self._usual_seconds()):
                result = self._start(
                    self._recipe if planned.number == 0 else trial_recipe(self._recipe, planned.values),
                    folder=trial_folder(self._folder, planned.id),
                    cache_folder=self._cache_folder,
                    epochs=planned.epochs,
                    resume_from=None if lower is None else trial_folder(self._folder, lower),
                    finished=self._finished() if prunes else (),
                    seeds=tuning.seeds,
                )
        except BertTfError as error:
            # The trial stays "running": when the mistake is mended, it is the next to run.
            raise _fatal(error) from error
        done = _ended(planned, result, objective=tuning.objective)
        write_trial(self._folder, done)
        self._tell(done)
        return done

    def _usual_seconds(self) -> float | None:
        """The median of the trials that have finished; None before the first."""
        known = [trial.seconds for trial in read_history(self._folder) if trial.status == "finished" and trial.seconds]
        return statistics.median(known) if known else None

    def _finished(self) -> list[pathlib.Path]:
        trials = read_history(self._folder)
        return [trial_folder(self._folder, trial.id) for trial in trials if trial.status == "finished"]

    def _tell(self, done: Trial) -> None:
        tuning = self._recipe.tuning
        score = "no score" if done.score is None else f"{tuning.objective} {score_text(done.score)}"
        reason = f", {done.status}: {done.reason}" if done.reason else ""
        best = best_trial(
            read_history(self._folder),
            direction=objective_of(self._recipe).direction,
            epochs=self._recipe.training.epochs,
        )
        so_far = f"; best {score_text(best.score)}, trial {best.number}" if best and best.score is not None else ""
        line = f"trial {done.number}: {score} in {done.seconds or 0:.0f} s{reason}{so_far}"
        self._console.print(line, highlight=False, markup=False, soft_wrap=True)

    def _check_failures(self, done: Trial) -> None:
        """End a search whose trials all crash alike, or in which nothing but the same failure has been seen yet.

        Values may make any number of trials diverge or run out of memory, once some have shown that not all do.
        """
        by_values = (done.reason or "").startswith((DIVERGED, OUT_OF_MEMORY))
        if done.status != "failed" or (by_values and self._has_score()):
            self._failures.clear()
            return
        # Numbers in it, of a step or of mebibytes, differ from trial to trial.
        self._failures.append(re.sub(r"[\d.]+", "", done.reason or ""))
        last = self._failures[-_ALIKE:]
        if len(last) == _ALIKE and len(set(last)) == 1:
            raise _fatal(
                TuningError(
                    f"{_ALIKE} trials in a row failed in the same way: {done.reason}",
                    where=str(trial_folder(self._folder, done.id)),
                    hint="fix the cause in the recipe or on the machine, then run the same command to resume",
                )
            )

    def _has_score(self) -> bool:
        return any(trial.score is not None for trial in read_history(self._folder))


def _ended(planned: Trial, result: TrialResult, *, objective: str) -> Trial:
    score = result.metrics.get(objective)
    if score is None and result.status == "finished":
        known = ", ".join(sorted(name for name in result.metrics if name.startswith("validation.")))
        raise _fatal(
            TuningError(
                f"The trial has no {objective}, the search's objective.",
                hint=f"it has {known or 'no metrics'}",
            )
        )
    if score is not None and not math.isfinite(score):
        result = dataclasses.replace(result, status="failed", reason=f"{DIVERGED}: {objective} is {score}")
    failed = result.status == "failed"
    return dataclasses.replace(
        planned,
        status=result.status,
        reason=result.reason,
        score=None if failed else score,
        metrics={} if failed else dict(result.metrics),
        spread={} if failed else dict(result.spread),
        seconds=result.seconds,
        training_seconds=result.training_seconds,
        peak_memory_mib=result.peak_memory_mib,
    )


def _fatal(error: BertTfError) -> FatalError:
    """What keras-tuner lets pass; the error itself is its cause."""
    fatal = FatalError(str(error))
    fatal.__cause__ = error
    return fatal


def _shown(trial: Trial) -> str:
    values = ", ".join(f"{key.partition('.')[2]} {value}" for key, value in trial.values.items())
    told = f"the recipe's own values ({values})" if trial.number == 0 else values
    if trial.continued_from is not None:
        return f"{told}, from trial {int(trial.continued_from)} to epoch {trial.epochs}"
    return f"{told}, to epoch {trial.epochs}" if trial.epochs is not None else told
