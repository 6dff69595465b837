"""Trials as real processes on real data and weights."""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import psutil
import pytest

from bert_tf.errors import RecipeError
from bert_tf.runs.run import RunFolder, new_run
from bert_tf.tasks.recipes import load_recipe, run_recipe
from bert_tf.tuning.trial import run_trial

SHORT = {
    "data.train": "all[:70]", "data.test": 0.1, "text.max_tokens": 8, "training.epochs": 2, "training.batch_size": 8,
    "model.kernels": "reference",
}  # fmt: skip
# Half the range of float16 is not enough for the activations of such weights.
ABSURD = {
    "training.learning_rate": 0.99, "training.warmup": 0.0, "training.clip_norm": 0.0, "training.precision": "float16",
    "model.kernels": "fused",
}  # fmt: skip


def recipe(**changes):
    return load_recipe("bbc-news", {**SHORT, **{key.replace("__", "."): value for key, value in changes.items()}})


def facts(folder):
    try:
        return json.loads((folder / "run.json").read_text())
    except (OSError, ValueError):
        return {}


def wait_for(condition, seconds=600):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def test_a_killed_process_is_told_and_the_trial_can_run_again(tiny_encoder, cache, tmp_path):
    trial = recipe(model__encoder=str(tiny_encoder))
    for attempt in range(5):
        folder = tmp_path / "trials" / str(attempt)
        with concurrent.futures.ThreadPoolExecutor(1) as thread:
            running = thread.submit(run_trial, trial, folder=folder, cache_folder=cache)
            # It may have come to its end before it is killed, where this process has no turn for seconds.
            with contextlib.suppress(ProcessLookupError):
                os.kill(wait_for(lambda folder=folder: facts(folder).get("process"))["id"], signal.SIGKILL)
        if (killed := running.result()).status != "finished":
            break
    assert killed.status == "failed"
    assert killed.reason.startswith("out of memory: the process was killed (SIGKILL)")
    assert (killed.metrics, killed.peak_memory_mib) == ({}, None)

    done = run_trial(trial, folder=folder, cache_folder=cache)
    assert (done.status, done.reason, done.epochs) == ("finished", None, 2)
    measured = json.loads((folder / "metrics.json").read_text())
    assert done.metrics["validation.accuracy"] == measured["validation"]["accuracy"]
    assert not [name for name in done.metrics if name.startswith("test")]
    assert done.peak_memory_mib == facts(folder)["peak_memory_mib"] > 500
    assert 0 < done.training_seconds < done.seconds
    assert RunFolder(folder).status == "trained"

    # What is there whole is not trained again; other values are.
    before = (folder / "run.json").stat().st_mtime_ns
    again = run_trial(trial, folder=folder, cache_folder=cache)
    assert (folder / "run.json").stat().st_mtime_ns == before
    assert again.metrics == done.metrics


def test_divergence_is_the_trials_own(one_layer, cache, tmp_path):
    absurd = {key.replace(".", "__"): value for key, value in ABSURD.items()}
    trial = recipe(model__encoder=str(one_layer), **absurd)
    result = run_trial(trial, folder=tmp_path / "0", cache_folder=cache)
    assert result.status == "failed"
    assert result.reason == "diverged: The loss is nan: training has diverged."
    assert RunFolder(tmp_path / "0").status == "failed"


def test_a_mistake_is_raised_as_what_it_is(cache, tmp_path):
    with pytest.raises(RecipeError, match="text.max_tokens is 2000, but this encoder takes 512 at most") as told:
        run_trial(recipe(text__max_tokens=2000), folder=tmp_path / "0", cache_folder=cache)
    assert told.value.hint == "set it to 512 or less"
    # It is no result: mended, the trial runs.
    assert json.loads((tmp_path / "0" / "trial.json").read_text())["error"]["class"] == "RecipeError"


def test_seeds_are_runs_of_their_own_and_a_trial_that_is_behind_is_ended(tiny_encoder, cache, tmp_path):
    others = []
    for number in range(5):
        run = new_run(recipe(), tmp_path, folder=tmp_path / f"other-{number}")
        epochs = [{"val_accuracy": 2.0, "val_loss": 0.0}] * 2
        run.write_metrics({"validation": {"accuracy": 2.0}, "epochs": epochs})
        others.append(run.path)
    trial = recipe(training__epochs=1, model__encoder=str(tiny_encoder))
    done = run_trial(trial, folder=tmp_path / "0", cache_folder=cache, finished=others, seeds=2, measure_test=True)
    # One epoch is the last: there is nothing to end.
    assert (done.status, done.epochs) == ("finished", 1)
    runs = [RunFolder(tmp_path / "0" / f"seed-{seed}") for seed in (1, 2)]
    scores = [run.metrics["validation"]["log_loss"] for run in runs]
    assert [run_recipe(run).training.seed for run in runs] == [1, 2]
    assert done.metrics["validation.log_loss"] == pytest.approx(sum(scores) / 2)
    assert done.spread["validation.log_loss"] == pytest.approx(abs(scores[0] - scores[1]) / 2**0.5)
    assert "test.accuracy" in done.metrics

    longer = recipe(model__encoder=str(tiny_encoder))
    pruned = run_trial(longer, folder=tmp_path / "1", cache_folder=cache, finished=others, seeds=2)
    assert (pruned.status, pruned.epochs) == ("pruned", 1)
    assert "at best by epoch 1; three quarters of the others reached 2.0000 or better" in pruned.reason
    assert "validation.accuracy" in pruned.metrics
    assert not (tmp_path / "1" / "seed-2").exists()


STARTS = """
import pathlib, sys
from bert_tf.tasks.recipes import load_recipe
from bert_tf.tuning.trial import run_trial
folder, recipe, cache = map(pathlib.Path, sys.argv[1:])
run_trial(load_recipe(str(recipe)), folder=folder, cache_folder=cache)
"""


@pytest.fixture
def search(tiny_encoder, cache, tmp_path):
    """A process that runs a trial, once the trial trains; and the trial's own process."""
    from bert_tf.recipe.load_recipe import resolved_toml

    file, folder = tmp_path / "long.toml", tmp_path / "0"
    file.write_text(resolved_toml(recipe(training__epochs=500, model__encoder=str(tiny_encoder))))
    with subprocess.Popen([sys.executable, "-c", STARTS, folder, file, cache], stderr=subprocess.PIPE) as process:
        child = psutil.Process(wait_for(lambda: facts(folder).get("process"))["id"])
        yield process, child, pathlib.Path(folder)
        process.kill()


@pytest.mark.parametrize("stop, status", [(signal.SIGINT, "stopped"), (signal.SIGKILL, "running")])
def test_a_trial_ends_with_its_search(search, stop, status):
    process, child, folder = search
    process.send_signal(stop)
    process.wait(300)
    child_ended = wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
    assert child_ended
    assert facts(folder)["status"] == status
    assert not (folder / "trial.json").exists()


def test_a_trial_that_is_told_to_stop_is_no_failed_one(search):
    process, child, folder = search
    child.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=300)
    assert process.returncode == 1
    assert b"StoppedError: The run's process was asked to stop." in told
    assert facts(folder)["status"] == "stopped"
    assert not (folder / "trial.json").exists()
