"""keras-tuner's algorithms, made to survive: the recipe's own values first, state in one file, and an end in time.

What keras-tuner 1.4.8 does by itself: its files are overwritten in place, a trial's and the oracle's one after the
other, so that a process killed in between leaves a half, or a trial that nobody runs; a finished trial stands among
those that run until the next one starts; the state of the Bayesian oracle's random numbers and of the grid isn't kept
(keras-tuner#1055); Hyperband knows no largest number of trials.
"""

import json
import math
import pathlib
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from keras_tuner import Objective, Oracle
from keras_tuner.engine.hyperparameters import HyperParameters
from keras_tuner.engine.trial import Trial, TrialStatus
from keras_tuner.oracles import BayesianOptimizationOracle, HyperbandOracle, RandomSearchOracle
from threadpoolctl import threadpool_limits

from bert_tf.errors import BertTfError, RunError
from bert_tf.integrity import read_document, write_document
from bert_tf.recipe.schema import Recipe
from bert_tf.tuning.objective import objective_of

_NEVER = 10**9  # the search itself counts failures: raised in an oracle, an error leaves keras-tuner's lock closed


class DurableOracle(Oracle):
    """An oracle whose whole state is one file, replaced by one rename whenever a trial starts or ends.

    Attributes:
        state_file: That file.
        max_seconds: After which no new trial starts, those of earlier processes included.
        own_values_count: Whether the first trial's values, the defaults, are really those of the recipe.
        is_stopped: No further trial is given out.
        problem: Why the state could not be written.
    """

    state_file: pathlib.Path
    max_seconds: float = math.inf
    own_values_count: bool = True
    is_stopped: bool = False
    problem: BertTfError | None = None
    _started: float
    ongoing_trials: dict[str, Trial]
    _retry_queue: list[str]
    _seconds_before: float = 0.0

    def keep_in(self, state_file: pathlib.Path) -> None:
        """Start the clock, and keep the state in a file; what it holds already is taken up.

        A trial that was running is run again first.

        Raises:
            RunError: the file is damaged.
        """
        self.state_file, self._started = state_file, time.monotonic()
        self._display.verbose = 0
        if not state_file.exists():
            return
        try:
            content = read_document(state_file, {"oracle": dict, "trials": list, "seconds": float})
            self.trials = {state["trial_id"]: Trial.from_state(state) for state in content["trials"]}
            self.set_state(content["oracle"])
            self._seconds_before = content["seconds"]
        except (OSError, ValueError, KeyError, TypeError) as problem:
            raise RunError(
                f"The state of the search can't be read: {problem}.",
                where=str(state_file),
                hint="--overwrite starts over",
            ) from problem
        unfinished = {trial.trial_id for trial in self.ongoing_trials.values()} | set(self._retry_queue)
        # Taken from the end: the oldest first.
        self._retry_queue = sorted(unfinished - set(self.end_order), key=int, reverse=True)
        self.ongoing_trials = {}

    @property
    def seconds(self) -> float:
        """How long the search has been at work, in all its processes."""
        return self._seconds_before + time.monotonic() - self._started

    def save(self) -> None:
        """Replace the file; the trials stand in it too."""
        content = {
            "oracle": self.get_state(),
            "trials": [trial.get_state() for trial in self.trials.values()],
            "seconds": self.seconds,
        }
        try:
            # keras-tuner's state has sets.
            write_document(self.state_file, json.loads(json.dumps(content, default=list)), error=RunError)
        except BertTfError as problem:
            self.problem = problem
            raise

    def _save_trial(self, trial: Trial) -> None:
        """Nothing: `save` follows, with all trials."""

    def create_trial(self, tuner_id: str) -> Trial:
        """The next trial, or one that says that there is none."""
        if self.is_stopped:
            self.tuner_ids.discard(tuner_id)
            return Trial(HyperParameters(), trial_id="", status=TrialStatus.STOPPED)
        return super().create_trial(tuner_id)

    def end_trial(self, trial: Trial) -> None:
        """Note how a trial ended; a worker may end one that this process, when it started, took for lost."""
        if trial.trial_id in self._retry_queue:
            self._retry_queue.remove(trial.trial_id)
        super().end_trial(trial)

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """The values of a new trial: the defaults, then what the algorithm says, until time is over."""
        if self.seconds >= self.max_seconds:
            return {"status": TrialStatus.STOPPED}
        if not self.trials:
            return {"status": TrialStatus.RUNNING, "values": _defaults(self.hyperparameters)}
        with warnings.catch_warnings():
            # scikit-learn's, when few scores say little of a Gaussian process.
            warnings.simplefilter("ignore")
            return super().populate_space(trial_id)

    def _record_values(self, trial: Trial) -> None:
        super()._record_values(trial)
        if int(trial.trial_id) == 0 and not self.own_values_count:
            # Its values are only near the recipe's: the point itself is still to be tried.
            self._tried_so_far.discard(self._id_to_hash[trial.trial_id])


class RandomOracle(DurableOracle, RandomSearchOracle):
    """Values drawn at random, none twice."""


class HyperbandRounds(DurableOracle, HyperbandOracle):
    """Hyperband (Li et al. 2018) in rounds of epochs; trial 0 stands beside the brackets, with all epochs."""


class BayesianOracle(DurableOracle, BayesianOptimizationOracle):
    """A Gaussian process over the scores so far, whose random numbers go on where they were."""

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """What the process proposes, or where that was tried already, a point at random."""
        # Thousands of tiny matrices: threads for them wait for each other longer than they compute.
        with threadpool_limits(1):
            found = super().populate_space(trial_id)
        values = found.get("values")
        if values and self.trials and self._duplicate(values):
            return self._random_populate_space()
        return found

    def get_state(self) -> dict[str, Any]:
        """keras-tuner's, and the state of the random numbers."""
        name, keys, *rest = self._random_state.get_state()
        return {**super().get_state(), "random_state": [name, keys.tolist(), *rest]}

    def set_state(self, state: dict[str, Any]) -> None:
        """Take up what `get_state` gave."""
        super().set_state(state)
        name, keys, *rest = state["random_state"]
        self._random_state.set_state((name, np.array(keys, np.uint32), *rest))


class GridOracle(DurableOracle):
    """Every combination of the listed values, the last parameter fastest, without those that were tried."""

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """The first combination that was not tried."""
        if self.seconds >= self.max_seconds or not self.trials:
            return super().populate_space(trial_id)
        fresh = (values for values in self._combinations(HyperParameters(), 0) if not self._duplicate(values))
        values = next(fresh, None)
        return {"status": TrialStatus.RUNNING if values else TrialStatus.STOPPED, "values": values}

    def _combinations(self, chosen: HyperParameters, place: int) -> Iterator[dict[str, Any]]:
        space = self.hyperparameters.space
        if place == len(space):
            yield dict(chosen.values)
        elif not chosen.is_active(space[place]):
            yield from self._combinations(chosen, place + 1)
        else:
            for value in space[place].values:
                chosen.values[space[place].name] = value
                yield from self._combinations(chosen, place + 1)
            del chosen.values[space[place].name]


def make_oracle(recipe: Recipe, space: HyperParameters, *, own_values_count: bool) -> DurableOracle:
    """The oracle of a search.

    Args:
        recipe: Whose `tuning` says how to search.
        space: All of it: what keras-tuner doesn't know beforehand, Hyperband never searches.
        own_values_count: Whether the space's defaults are the recipe's own values, and not only near them.
    """
    tuning = recipe.tuning
    options = {
        "objective": Objective(tuning.objective, objective_of(recipe).direction),
        "hyperparameters": space,
        "allow_new_entries": False,
        "tune_new_entries": True,
        "seed": tuning.seed,
        "max_consecutive_failed_trials": _NEVER,
    }
    # keras-tuner's three draws for each parameter would leave a small search nothing to choose.
    drawn = max(3, min(3 * len(space.space), tuning.max_trials // 3))
    make: dict[str, Callable[[], DurableOracle]] = {
        "random": lambda: RandomOracle(**options),
        "bayesian": lambda: BayesianOracle(num_initial_points=drawn, **options),
        "hyperband": lambda: HyperbandRounds(
            max_epochs=recipe.training.epochs, factor=tuning.factor, hyperband_iterations=_NEVER, **options
        ),
        "grid": lambda: GridOracle(**options),
    }
    oracle = make[tuning.algorithm]()
    oracle.max_trials = tuning.max_trials
    oracle.max_seconds = math.inf if tuning.max_minutes is None else 60 * tuning.max_minutes
    oracle.own_values_count = own_values_count
    return oracle


def _defaults(space: HyperParameters) -> dict[str, Any]:
    chosen = HyperParameters()
    chosen.merge(space)
    return dict(chosen.values)
