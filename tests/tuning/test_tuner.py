"""What a trial is told, what becomes of it, and which failures end the search."""

import io

import pytest
from fake_search import CONDITIONAL, recipe, result, smooth
from rich.console import Console

from bert_tf.errors import DataError, RecipeError, StoppedError, TuningError
from bert_tf.tuning.history import read_history
from bert_tf.tuning.search import tune_recipe


class Runs:
    """Stands in for the training of trials, and notes what it was asked."""

    def __init__(self, *results):
        self.asked, self._results = [], list(results)

    def __call__(self, trial, **others):
        self.asked.append((trial, others))
        found = self._results.pop(0) if self._results else smooth(trial, **others)
        if isinstance(found, BaseException):
            raise found
        return found


def search(folder, runs, found=None, **tuning):
    console = Console(file=io.StringIO(), width=200)
    found = found or recipe(algorithm="random", **{"max_trials": 6, **tuning})
    trials = tune_recipe(found, folder=folder, cache_folder=folder / "cache", run_trial=runs, console=console)
    return trials, console.file.getvalue()


def test_trial_0_is_the_recipe_as_it_stands(tmp_path):
    runs = Runs()
    # Outside of the range, and left out: neither is a value of the space.
    found = recipe(algorithm="random", max_trials=2, training={"learning_rate": 0.5})
    trials, _ = search(tmp_path, runs, found)
    assert runs.asked[0][0] == found
    assert trials[0].values == {
        "training.learning_rate": 0.5,
        "model.dropout": None,
        "training.weight_decay": 0.01,
    }


def test_a_trial_is_the_recipe_with_its_values(tmp_path):
    runs = Runs()
    trials, shown = search(tmp_path, runs, recipe(CONDITIONAL, algorithm="random", max_trials=8, seeds=3))
    assert {trial.values["training.schedule"] for trial in trials} == {"linear", "constant"}
    for trial, (asked, others) in zip(trials[1:], runs.asked[1:], strict=True):
        assert asked.training.schedule == trial.values["training.schedule"]
        assert asked.training.batch_size == trial.values["training.batch_size"]
        assert asked.training.gradient_checkpointing is trial.values["training.gradient_checkpointing"]
        # What doesn't count in a trial is as the recipe has it.
        assert asked.training.warmup == trial.values.get("training.warmup", 0.1)
        assert others == {
            "folder": tmp_path / "trials" / trial.id,
            "cache_folder": tmp_path / "cache",
            "epochs": None,
            "resume_from": None,
            "finished": (),
            "seeds": 3,
        }
        assert (trial.status, trial.score) == ("finished", smooth(asked).metrics["validation.accuracy"])
        assert (trial.seconds, trial.training_seconds, trial.peak_memory_mib) == (1.0, 0.5, 100)
    assert f"trial 7: validation.accuracy {trials[7].score:.4f} in 1 s; best " in shown


def test_a_round_of_hyperband_goes_on_from_the_one_below(tmp_path):
    runs = Runs()
    trials, _ = search(tmp_path, runs, recipe(algorithm="hyperband", max_trials=5))
    assert [others["epochs"] for _, others in runs.asked] == [None, 1, 1, 1, 3]
    assert [trial.epochs for trial in trials] == [None, 1, 1, 1, 3]
    best = max(trials[1:4], key=lambda trial: trial.score)
    assert trials[4].continued_from == best.id
    assert trials[4].values == best.values
    assert runs.asked[4][1]["resume_from"] == tmp_path / "trials" / best.id


def test_finished_trials_are_what_others_are_pruned_by(tmp_path):
    runs = Runs(result(0.9), result(status="failed", reason="diverged: at step 3"), result(0.8), result(0.1))
    search(tmp_path, runs, pruning=True, max_trials=4)
    names = [[folder.name for folder in others["finished"]] for _, others in runs.asked]
    assert names == [[], ["0"], ["0"], ["0", "2"]]


def test_hyperband_prunes_by_its_rounds(tmp_path):
    runs = Runs()
    search(tmp_path, runs, recipe(algorithm="hyperband", max_trials=5, pruning=True))
    assert [others["finished"] for _, others in runs.asked] == [()] * 5


def test_a_trial_that_fails_is_told_and_the_search_goes_on(tmp_path):
    runs = Runs(
        result(0.5),
        result(status="failed", reason="out of memory: 9,000 MiB"),
        result(float("nan")),
        result(0.4, status="pruned", reason="behind the others"),
    )
    trials, shown = search(tmp_path, runs)
    assert [trial.status for trial in trials] == ["finished", "failed", "failed", "pruned", "finished", "finished"]
    assert [trial.reason for trial in trials[1:4]] == [
        "out of memory: 9,000 MiB",
        "diverged: validation.accuracy is nan",
        "behind the others",
    ]
    assert [trial.score for trial in trials[1:4]] == [None, None, 0.4]
    assert "trial 1: no score in 1 s, failed: out of memory: 9,000 MiB; best 0.5000, trial 0" in shown


def test_any_number_may_diverge_once_one_has_come_to_its_end(tmp_path):
    failed = [result(status="failed", reason=f"diverged: the loss is nan at step {step}") for step in range(5)]
    trials, _ = search(tmp_path, Runs(result(0.5), *failed))
    assert [trial.status for trial in trials] == ["finished"] + ["failed"] * 5


def test_when_all_fail_alike_from_the_first_on_the_search_ends(tmp_path):
    runs = Runs(*(result(status="failed", reason=f"out of memory: {size} MiB") for size in range(9)))
    with pytest.raises(TuningError, match="3 trials in a row failed in the same way: out of memory"):
        search(tmp_path, runs)
    assert len(runs.asked) == 3


def test_three_that_fail_alike_end_the_search(tmp_path):
    crashed = (result(status="failed", reason=f"crashed: no attribute at step {step}") for step in range(9))
    runs = Runs(result(0.5), *crashed)
    with pytest.raises(TuningError, match="3 trials in a row failed in the same way: crashed") as caught:
        search(tmp_path, runs)
    assert caught.value.where.endswith("trials/3")
    # When it is mended, the same command goes on, and counts anew.
    trials, _ = search(tmp_path, Runs())
    assert [trial.status for trial in trials] == ["finished"] + ["failed"] * 3 + ["finished"] * 2


@pytest.mark.parametrize("between", [result(0.5), result(status="failed", reason="out of memory")])
def test_failures_of_another_kind_between_them_do_not(tmp_path, between):
    alike = [result(status="failed", reason="crashed") for _ in range(4)]
    trials, _ = search(tmp_path, Runs(*alike[:2], between, *alike[2:]))
    assert len(trials) == 6


@pytest.mark.parametrize(
    "error",
    [RecipeError("No such label.", problems=["data.labels: …"]), DataError("There is no such file.", where="a.csv")],
)
def test_a_mistake_ends_the_search_at_once_and_the_trial_is_run_again_when_it_is_mended(tmp_path, error):
    runs = Runs(result(0.5), error)
    with pytest.raises(type(error)) as caught:
        search(tmp_path, runs)
    assert caught.value is error
    assert len(runs.asked) == 2
    again = Runs()
    trials, _ = search(tmp_path, again)
    assert again.asked[0][0] == runs.asked[1][0]
    assert [trial.status for trial in trials] == ["finished"] * 6


def test_an_objective_that_no_trial_has(tmp_path):
    found = recipe(algorithm="random", objective="validation.per_class.pos.f1")
    with pytest.raises(TuningError, match=r"no validation\.per_class\.pos\.f1") as caught:
        search(tmp_path, Runs(), found)
    assert "validation.accuracy" in caught.value.hint


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), StoppedError("Training was stopped.")])
def test_ctrl_c_is_told_and_the_trial_is_the_next(tmp_path, stop):
    with pytest.raises(StoppedError, match="stopped with 2 of 6 trials done and saved") as caught:
        search(tmp_path, Runs(result(), result(), stop))
    assert "run the same command to resume" in caught.value.hint
    assert read_history(tmp_path)[2].status == "running"
    trials, _ = search(tmp_path, Runs())
    assert [trial.number for trial in trials] == list(range(6))


def test_a_trial_whose_end_was_written_down_is_taken_over(tmp_path, monkeypatch):
    # Killed after the trial's own file was written, and before keras-tuner's state was.
    first = Runs(result(0.6), result(0.7))
    with monkeypatch.context() as patch:
        patch.setattr("bert_tf.tuning.tuner.RecipeTuner._tell", _stop_at_trial_1)
        with pytest.raises(StoppedError):
            search(tmp_path, first)
    again = Runs()
    trials, _ = search(tmp_path, again)
    assert len(again.asked) == 4
    assert [trial.score for trial in trials[:2]] == [0.6, 0.7]


def _stop_at_trial_1(tuner, done):
    if done.number == 1:
        raise KeyboardInterrupt


def test_a_list_that_is_the_recipes_own_is_not_tried_twice(tmp_path):
    space = {"training.profile_steps": {"choice": [[2, 5], [10, 20], [30, 40]]}}
    found = recipe(space, algorithm="grid", training={"profile_steps": [10, 20]})
    trials, _ = search(tmp_path, Runs(), found)
    assert [trial.values["training.profile_steps"] for trial in trials] == [[10, 20], [2, 5], [30, 40]]


@pytest.mark.parametrize(("max_trials", "is_told"), [(5, True), (6, False)])
def test_a_grid_that_is_cut_short_is_told(tmp_path, max_trials, is_told):
    space = {"training.epochs": {"integer": [1, 3]}, "training.schedule": {"choice": ["linear", "constant"]}}
    _, shown = search(tmp_path, Runs(), recipe(space, algorithm="grid", max_trials=max_trials))
    assert ("The grid has 6 points" in shown) == is_told
