"""Whole searches without training: faster than a grid, unharmed by kill -9, and never two in one folder."""

import os
import pathlib
import random
import signal
import statistics
import subprocess
import sys
import time

import psutil
import pytest
from fake_search import SPACE, STEPS, SearchProcess, hold_from, place, recipe, smooth, told

from bert_tf.errors import RecipeError, RunError, StoppedError, TuningError
from bert_tf.recipe.load_recipe import resolved_toml
from bert_tf.tasks.recipes import load_recipe
from bert_tf.tuning.history import read_history
from bert_tf.tuning.search import search_folder, tune_recipe


def search(folder, found, run_trial=smooth, **options):
    return tune_recipe(found, folder=folder, cache_folder=folder / "cache", run_trial=run_trial, **options)


def test_the_folder_of_a_search(tmp_path):
    found = recipe(algorithm="random", max_trials=2)
    assert search_folder(found, pathlib.Path("runs")) == pathlib.Path("runs/mine.tuning")
    search(tmp_path / "s", found)
    assert load_recipe(str(tmp_path / "s" / "recipe.toml")) == found
    names = {path.name for path in (tmp_path / "s").iterdir()}
    assert {"recipe.toml", "keras_tuner", "trials"} <= names
    # The sizes are keras-tuner's own business; that there are no other files of its kind is ours.
    assert [path.name for path in (tmp_path / "s" / "keras_tuner").iterdir()] == ["oracle.json"]


def epochs_to_the_best(folder, algorithm, *, seed, epochs, best):
    """Epochs that a search trains until a whole trial is near the best values."""
    trained = {}

    def run(trial, *, epochs=None, **others):
        last, lower = epochs or trial.training.epochs, others["resume_from"]
        trained[others["folder"]] = last
        spent.append(last - (trained[lower] if lower else 0))
        rate, dropout = place(trial)
        if last == trial.training.epochs and max(abs(rate - best[0]), abs(dropout - best[1])) <= 0.125:
            raise KeyboardInterrupt
        return smooth(trial, epochs=epochs, best=best)

    spent = []
    space = STEPS if algorithm == "grid" else SPACE
    # The recipe's own values are the far corner, and near no best.
    own = {"learning_rate": 1e-5, "weight_decay": 0.0}
    found = recipe(space, algorithm=algorithm, seed=seed, epochs=epochs, max_trials=200, training=own)
    with pytest.raises(StoppedError):
        search(folder / f"{algorithm}-{seed}-{epochs}", found, run)
    return sum(spent)


def skip_fsync(file):
    """Most of the time of a search that trains nothing."""


DRAWN = random.Random(0)
# Five steps a key leave no value further than an eighth of its range from one of the grid's.
BESTS = [(DRAWN.uniform(0.2, 0.95), DRAWN.uniform(0.2, 0.95)) for _ in range(8)]


@pytest.fixture(scope="module")
def of_the_grid(tmp_path_factory):
    """Whole trials that a grid needs, by seed; how many epochs they have makes no difference to it."""
    folder = tmp_path_factory.mktemp("grids")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", skip_fsync)
        return [
            epochs_to_the_best(folder, "grid", seed=seed + 1, epochs=1, best=best) for seed, best in enumerate(BESTS)
        ]


@pytest.mark.parametrize("algorithm, epochs, seeds", [("random", 1, 8), ("hyperband", 9, 8), ("bayesian", 1, 4)])
def test_the_best_is_found_with_less_than_a_grid_needs(algorithm, epochs, seeds, of_the_grid, tmp_path, monkeypatch):
    monkeypatch.setattr("os.fsync", skip_fsync)
    needed = [
        epochs_to_the_best(tmp_path, algorithm, seed=seed + 1, epochs=epochs, best=best)
        for seed, best in enumerate(BESTS[:seeds])
    ]
    assert statistics.mean(needed) < 0.5 * epochs * statistics.mean(of_the_grid[:seeds])


def runs(folder):
    path = folder / "runs.txt"
    return path.read_text().splitlines() if path.exists() else []


@pytest.mark.parametrize(("algorithm", "trials"), [("random", 14), ("bayesian", 8), ("hyperband", 14), ("grid", 14)])
def test_kill_9_at_any_moment_changes_nothing(algorithm, trials, tmp_path):
    found = recipe(STEPS if algorithm == "grid" else None, algorithm=algorithm, max_trials=trials)
    whole = search(tmp_path / "whole", found)
    drawn, killed = random.Random(algorithm), 0
    for _ in range(100):
        # A process of this one's own, which has imported everything: many kills in little time.
        child = os.fork()
        if child == 0:
            _end_child(tmp_path / "parts", found, most=trials // 4)
        killed += _kill(child, tmp_path / "parts", saves=drawn.randrange(4), seconds=drawn.uniform(0, 0.02))
        done = read_history(tmp_path / "parts")
        if len(done) == trials and done[-1].status == "finished":
            break
    assert killed >= 3
    # The last kill may have come between a trial's end and keras-tuner's word of it.
    assert told(search(tmp_path / "parts", found)) == told(whole)


def _kill(child, folder, *, saves, seconds):
    """Kill a process some time after it has saved its state so many times; whether it was there to be killed."""

    def state():
        try:
            return (folder / "keras_tuner" / "oracle.json").stat().st_ino
        except FileNotFoundError:
            return None

    last = state()
    ended, status = os.waitpid(child, os.WNOHANG)
    while saves and not ended:
        time.sleep(0.001)
        saves, last = saves - (state() != last), state()
        ended, status = os.waitpid(child, os.WNOHANG)
    if not ended:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _end_child(folder, found, *, most):
    """Search on, and be killed in the trial after so many, where nobody came to kill it before."""
    begun = []

    def slow(trial, **others):
        begun.append(trial)
        if len(begun) > most:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.01)
        return smooth(trial, **others)

    try:
        search(folder, found, slow)
    finally:
        os._exit(0)


def test_a_process_goes_on_where_a_killed_one_was(tmp_path):
    folder = tmp_path / "search"
    hold_from(folder, 6)
    first = SearchProcess(folder, "hyperband")
    try:
        deadline = time.monotonic() + 600
        while len(runs(folder)) < 4 and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        first.kill()
    before = len(runs(folder))
    assert 4 <= before < 14
    hold_from(folder, None)
    second = SearchProcess(folder, "hyperband")
    assert second.wait() == 0, second.errors
    names = [line.split()[0] for line in runs(folder)]
    # One trial at most was under way, and is there twice at most.
    assert sorted(set(names), key=int) == [f"{number:02}" for number in range(14)]
    assert len(names) <= 15
    assert [trial.status for trial in read_history(folder)] == ["finished"] * 14


def test_further_trials_may_be_asked_for(tmp_path):
    search(tmp_path, recipe(algorithm="random", max_trials=3))
    trials = search(tmp_path, recipe(algorithm="random", max_trials=5, max_minutes=60.0))
    assert told(trials) == told(search(tmp_path / "whole", recipe(algorithm="random", max_trials=5)))


def test_another_recipe_is_refused_with_what_changed(tmp_path):
    search(tmp_path, recipe(algorithm="random", max_trials=2))
    changed = recipe({**SPACE, "model.dropout": {"uniform": [0.0, 0.5]}}, epochs=2, algorithm="random", max_trials=2)
    with pytest.raises(RecipeError, match="started with another recipe") as caught:
        search(tmp_path, changed)
    assert caught.value.problems == (
        "training.epochs: was 3, is 2",
        "tuning.space.model.dropout.uniform: was [0.0, 0.8], is [0.0, 0.5]",
    )
    assert "removes 2 trials" in caught.value.hint
    trials = search(tmp_path, changed, overwrite=True)
    assert len(trials) == 2
    assert load_recipe(str(tmp_path / "recipe.toml")) == changed


def test_a_folder_with_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("…")
    with pytest.raises(RunError, match="doesn't hold a search"):
        search(tmp_path, recipe(algorithm="random"), overwrite=True)
    assert (tmp_path / "thesis.tex").exists()


def test_a_run_is_no_search_and_is_not_removed(tmp_path):
    found = recipe(algorithm="random", max_trials=1)
    (tmp_path / "recipe.toml").write_text(resolved_toml(found))
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(RunError, match="doesn't hold a search"):
        search(tmp_path, found, overwrite=True)
    assert (tmp_path / "run.json").exists()


def test_removing_that_was_cut_short_leaves_a_search(tmp_path, monkeypatch):
    found = recipe(algorithm="random", max_trials=2)
    search(tmp_path, found)
    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.unlink", _killed)
        with pytest.raises(KeyboardInterrupt):
            search(tmp_path, found, overwrite=True)
    assert {path.name for path in tmp_path.iterdir()} == {".lock", "recipe.toml"}
    assert len(search(tmp_path, found, overwrite=True)) == 2


def _killed(*_, **__):
    raise KeyboardInterrupt


def test_one_process_at_a_time(tmp_path):
    def nested(trial, **others):
        with pytest.raises(TuningError, match="already running"):
            search(tmp_path, found)
        return smooth(trial, **others)

    found = recipe(algorithm="random", max_trials=1)
    assert len(search(tmp_path, found, nested)) == 1


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="The search can't be stored here") as caught:
        search(tmp_path / "file" / "s", recipe(algorithm="random"))
    assert caught.value.kind == "machine"


def test_a_mistake_in_the_space_leaves_no_folder(tmp_path):
    with pytest.raises(RecipeError, match="can't be searched"):
        search(tmp_path / "s", recipe({"training.epoch": {"choice": [1, 2]}}))
    assert not (tmp_path / "s").exists()


def test_nothing_is_printed(tmp_path, capfd):
    search(tmp_path, recipe(algorithm="hyperband", max_trials=5))
    assert capfd.readouterr().out == ""


def test_memory_does_not_grow_from_trial_to_trial(tmp_path):
    resident = []

    def a_process(trial, **others):
        # keras-tuner#873 is of models that stay in the searching process: each trial has one of its own.
        subprocess.run([sys.executable, "-c", "x = bytearray(50 << 20)"], check=True)
        resident.append(psutil.Process().memory_info().rss >> 10)
        return smooth(trial, **others)

    search(tmp_path, recipe(algorithm="random", max_trials=20), a_process)
    assert len(resident) == 20
    assert resident[-1] - resident[4] < 8 << 10, resident


@pytest.mark.parametrize("content", ["[", "a = " + "[" * 900, "a = 0x" + "f" * 5000])
def test_a_damaged_recipe_of_a_search_is_told(tmp_path, content):
    found = recipe(algorithm="random", max_trials=1)
    search(tmp_path, found)
    (tmp_path / "recipe.toml").write_text(content)
    with pytest.raises(RunError, match=r"started with can't be read(.|\n)*--overwrite"):
        search(tmp_path, found)
