"""`bert-tf tune` in processes of its own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import tomllib

import pytest

SPACE = (
    "--set", "tuning.algorithm=random", "--set", "tuning.max_trials=2",
    "--set", 'tuning.space={"training.learning_rate" = { log_uniform = [1e-4, 4e-4] }}',
)  # fmt: skip


WRONG = [
    (["imdbb"], 3, ["imdb"]),
    (["start", "bbc-news", "--set", "tuning.space="], 3, ["[tuning.space]", "log_uniform = [1e-5, 2e-4]"]),
    (["bbc-news", "--set", "tuning.objective=test.accuracy"], 3, ["would make the final test scores optimistic"]),
    (["--set", "tuning.max_trial=3", "bbc-news"], 3, ["tuning.max_trials"]),
    (
        ["bbc-news", "--set", "tuning.algorithm=grid"],
        3,
        ["training.learning_rate: a grid search needs a finite number of values"],
    ),
    (["bbc-news", "--set", "data.text=body"], 4, ["body"]),
    (["bbc-news", "--set", "tuning.objective=validation.per_class.sport.f1"], 3, ["did you mean 'sports'?"]),
    (["bbc-news", "--folder", ".."], 5, ["doesn't hold a search"]),
    (["show", "nowhere"], 5, ["There is no search in nowhere"]),
    (["show"], 5, ["bert-tf tune RECIPE"]),
]


def test_a_mistake_is_told_before_tensorflow_starts(before_tensorflow):
    answers = before_tensorflow([["tune", *arguments] for arguments, *_ in WRONG])
    for done, (_, status, told) in zip(answers, WRONG, strict=True):
        assert done.returncode == status, done
        message = done.stderr[done.stderr.rindex("Error:") :]
        assert all(part in message for part in told), message


def test_half_of_keras_tuners_variables_is_a_mistake(invoke):
    done = invoke("tune", "bbc-news", KERASTUNER_ORACLE_IP="127.0.0.1")
    assert done.returncode == 2
    assert "KERASTUNER_TUNER_ID and KERASTUNER_ORACLE_PORT not" in done.stderr


def test_a_search_that_is_stopped_and_goes_on(invoke, cache, tmp_path, short, warm_popen):
    few = ("--set", "data.train=all[:100]", "--set", "training.epochs=1")
    arguments = ["bbc-news", *short, *SPACE, *few, "--final", "0"]
    folder = tmp_path / "runs" / "bbc-news.tuning"
    for _ in range(5):
        process = warm_popen(
            [sys.executable, "-m", "bert_tf.cli", "tune", *arguments],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "BERT_TF_CACHE": str(cache)},
        )
        try:
            deadline = time.monotonic() + 900
            while not (folder / "trials" / "1" / "run.json").is_file() and time.monotonic() < deadline:
                time.sleep(0.02)
            process.send_signal(signal.SIGTERM)
            _, told = process.communicate(timeout=300)
        finally:
            process.kill()
        # It may have come to its end before it is told, where this process has no turn for seconds.
        if process.returncode:
            break
        shutil.rmtree(folder)
    assert process.returncode == 143, told
    assert "The search was stopped with 1 of 2 trials done and saved." in told
    assert "run the same command to resume with the next trial" in told
    assert "Traceback" not in told
    shown = json.loads(invoke("tune", "show", "--json").stdout)
    assert [trial["status"] for trial in shown["trials"]] == ["finished", "interrupted"]

    done = invoke("tune", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [trial["status"] for trial in found["trials"]] == ["finished"] * 2
    own, other = (trial["values"]["training.learning_rate"] for trial in found["trials"])
    assert own == 2e-4
    assert 1e-4 <= other <= 4e-4
    assert other == shown["trials"][1]["values"]["training.learning_rate"]
    # Each trial is an ordinary run with the values that it is said to have.
    for trial in found["trials"]:
        run = folder / "trials" / trial["id"]
        recipe = tomllib.loads((run / "recipe.toml").read_text())
        assert recipe["training"]["learning_rate"] == trial["values"]["training.learning_rate"]
        metrics = json.loads((run / "metrics.json").read_text())
        assert metrics["validation"]["accuracy"] == pytest.approx(trial["score"])
        # What chooses has not seen the test rows.
        assert "test" not in metrics
    assert (tmp_path / "recipes" / "bbc-news.best.toml").is_file()
    assert "Traceback" not in done.stderr
    again = invoke("tune", "show")
    assert again.returncode == 0
    assert "validation" in again.stdout
