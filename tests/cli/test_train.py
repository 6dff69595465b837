"""`bert-tf train` in processes of its own: what it leaves, what it says, and what it says when something is wrong."""

import itertools
import json
import os
import pathlib
import re
import signal
import stat
import subprocess
import sys
import time

import pytest
from small_encoders import write_first_layers

from bert_tf.handoff.export_run import export_run
from bert_tf.runs.run import open_run


def test_what_is_shown(trained):
    assert re.search(r"business\s+│\s+\d+ │\s+\d+ │\s+\d+", trained.output)
    assert open_run(trained.run).facts["compute"] in " ".join(trained.output.split())
    assert re.search(r"epoch 2/2 done · loss [\d.]+ · accuracy [\d.]+ · validation loss [\d.]+", trained.output)
    assert "test: accuracy" in trained.output
    assert re.search(r"verified \d+ golden requests through saved_model_load and session", trained.output)


def test_what_is_left(trained):
    names = {path.name for path in trained.run.iterdir()}
    assert {"recipe.toml", "run.json", "metrics.json", "tensorboard", "checkpoints", "encoder", "export"} <= names
    facts = json.loads((trained.run / "run.json").read_text())
    assert facts["status"] == "trained"
    assert facts["label_names"] == ["business", "entertainment", "politics", "sports", "tech"]
    assert sum(facts["data"]["rows"].values()) == 240
    assert facts["seconds_to_first_step"] > 1
    # 192 rows to train on, of 32 tokens but for a few: one or two lengths, and no short batch.
    assert 1 <= facts["batch_shapes"] <= 2
    metrics = json.loads((trained.run / "metrics.json").read_text())
    # Five topics: guessing gives 0.2.
    assert metrics["test"]["accuracy"] > 0.5
    assert [set(entry) >= {"loss", "accuracy", "val_loss", "val_macro_f1"} for entry in metrics["epochs"]] == [True] * 2
    chosen = json.loads((trained.model.parent / "handoff" / "1" / "manifest.json").read_text())["checkpoint"]
    best = min(metrics["epochs"], key=lambda entry: entry["val_loss"])
    assert chosen["validation"]["loss"] == best["val_loss"]
    assert metrics["validation"]["log_loss"] == pytest.approx(best["val_loss"], rel=1e-5)


def all_in(folder):
    """But what is on its way: other tests may be writing, and what they write under such a name is gone at once."""
    # Unlike `rglob` it goes on where a folder is gone that it was about to look into.
    found = [pathlib.Path(place, name) for place, *names in os.walk(folder) for name in itertools.chain(*names)]
    return [path for path in found if not re.search(r"/\.[^/]+\.[0-9a-f]{8}(/|$)", str(path))]


def test_only_the_owner_reads_a_run_and_the_cache_and_others_the_export(trained, cache):
    umask = os.umask(0o022)
    os.umask(umask)
    # XLA writes compiled kernels as the umask says, into a folder that is closed.
    kept = [path for path in all_in(cache) if path.parent.parent.name != "kernels" and "/." not in str(path)]
    for path in (trained.run, *all_in(trained.run), cache, *kept):
        is_of_the_export = trained.run / "export" in (path, *path.parents)
        allowed = 0o777 & ~umask if is_of_the_export else 0o700
        assert stat.S_IMODE(path.stat().st_mode) == (allowed if path.is_dir() else allowed & 0o666), path


def test_compiled_kernels_are_kept_for_the_next_process(trained, cache):
    assert list(cache.glob("kernels/*/*.pb"))


def test_what_is_served_is_what_was_trained(trained):
    manifest = json.loads((trained.model.parent / "handoff" / "1" / "manifest.json").read_text())
    assert manifest["labels"] == ["business", "entertainment", "politics", "sports", "tech"]
    assert manifest["tokenizer"]["rows_equal_to_hugging_face"] > 240
    assert manifest["agreement_with_measured"]["largest_difference"] < 0.05
    # The run was trained on fused kernels; TensorFlow Serving on CPU compiles nothing.
    assert b"_XlaMustCompile" not in (trained.model / "saved_model.pb").read_bytes()
    assert manifest["signatures"]["serving_default"]["inputs"] == {"text": "string[None]"}


WRONG = [
    (["imdbb"], ["imdbb", "imdb"]),
    (["bbc-news", "--set", "training.epoch=1"], ["training.epoch", "epochs"]),
    (["bbc-news", "--set", "training.epochs=many"], ["training.epochs", "many"]),
    (
        ["bbc-news", "--set", "training.learning_rate=5", "--set", "text.max_tokens=1"],
        ["training.learning_rate", "text.max_tokens"],
    ),
    (["bbc-news", "--set", "epochs"], ["epochs", "section.key=value"]),
]


def test_a_wrong_recipe_is_told_before_tensorflow_starts(before_tensorflow):
    answers = before_tensorflow([["train", *arguments] for arguments, _ in WRONG])
    for done, (_, told) in zip(answers, WRONG, strict=True):
        assert done.returncode == 3, done.args
        message = done.stderr[done.stderr.rindex("Error:") :]
        assert all(part in message for part in told), message
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "assignment, status, told",
    [
        ("data.source=package:bbc", 4, ["bbc-news"]),
        ("data.text=body", 4, ["body", "text"]),
        ("text.max_tokens=513", 3, ["512"]),
    ],
)
def test_wrong_data_is_told(invoke, assignment, status, told, tmp_path):
    done = invoke("train", "bbc-news", "--set", assignment)
    assert done.returncode == status
    assert all(part in done.stderr for part in told), done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "runs").exists()


def test_an_encoder_that_is_not_here_is_told(command, tmp_path):
    done = command("train", "bbc-news", "--set", "model.encoder=bert-base", HF_HUB_OFFLINE="1", HF_HOME=str(tmp_path))
    assert done.returncode == 6
    assert all(part in done.stderr for part in ("can't be reached", "minilm-l6")), done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "runs").exists()


def test_imdb_without_network_and_without_a_prepared_dataset(command, tmp_path, no_network):
    done = command("train", "imdb", TFDS_DATA_DIR=str(tmp_path / "empty"), **no_network)
    assert done.returncode == 4
    for part in (str(tmp_path / "empty"), "TFDS_DATA_DIR", "make train"):
        assert part in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def large(short, minilm, tmp_path_factory):
    """With checkpoints of 53 MiB: MiniLM's embeddings and first layer."""
    encoder = write_first_layers(tmp_path_factory.mktemp("large"), of=minilm, layers=1)
    return (*short, "--set", f"model.encoder={encoder}")


def test_ctrl_c_ends_cleanly_and_says_how_to_go_on(cache, tmp_path, large, warm_popen):
    arguments = [*large, "--set", "training.epochs=500"]
    process = warm_popen(
        [sys.executable, "-m", "bert_tf.cli", "train", "bbc-news", *arguments],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "BERT_TF_CACHE": str(cache)},
    )
    deadline = time.monotonic() + 900
    try:
        while not list(tmp_path.glob("runs/bbc-news/*/checkpoints/epoch-*")) and time.monotonic() < deadline:
            time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=300)
    finally:
        process.kill()
    assert process.returncode == 75, told
    run = next((tmp_path / "runs" / "bbc-news").iterdir())
    assert re.search(r"Training was stopped. The run is saved up to step [1-9]\d* of \d+\.", told)
    assert "--resume auto" in told
    assert f"bert-tf export runs/bbc-news/{run.name}" in told
    assert "Traceback" not in told
    assert json.loads((run / "run.json").read_text())["status"] == "stopped"
    assert export_run(open_run(run), cache_folder=cache) == run / "export" / "bbc-news" / "1"


def test_a_run_outlives_who_reads_what_it_says(cache, tmp_path, short, warm_popen):
    process = warm_popen(
        [sys.executable, "-m", "bert_tf.cli", "train", "bbc-news", *short],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "BERT_TF_CACHE": str(cache)},
    )
    try:
        with process.stdout as output:
            assert output.readline()
        # As `bert-tf train bbc-news 2>&1 | head -1`, which had ended it at the next line.
        assert process.wait(900) == 0
    finally:
        process.kill()
    (run,) = (tmp_path / "runs" / "bbc-news").iterdir()
    assert json.loads((run / "run.json").read_text())["status"] == "trained"
    assert (run / "report.html").is_file()


TRAINS = """
from small_disk import run_command
folder, others, *options = sys.argv[1:]
fills = f'''
while kill -0 "$1" && [ -z "$(find "$0" -name run.json)" ]; do sleep 0.02; done 2>/dev/null
kill -STOP "$1"
dd if=/dev/zero of="$0/others" bs=1M count={others} 2>/dev/null
kill -CONT "$1"
'''
left = 'find "$0" -name "epoch-*" -o -name ".epoch*"'
run_command(["train", "bbc-news", *options, "--runs", folder], folder=folder, others=fills, left=left)
"""


def train_on_a_disk_that_others_fill(begun_on_full_disk, tmp_path, options, *, others):
    full = tmp_path / "full"
    full.mkdir()
    return begun_on_full_disk(full, 900, TRAINS, str(others), *map(str, options))


def test_full_disk_while_a_checkpoint_is_written(begun_on_full_disk, tmp_path, cache, monkeypatch, large):
    monkeypatch.setenv("BERT_TF_CACHE", str(cache))
    done = train_on_a_disk_that_others_fill(begun_on_full_disk, tmp_path, large, others=860)
    assert "epoch-001 could not be written: the disk is full. No partial file was left behind." in done.stderr
    assert done.stderr.rstrip().endswith("status 7"), done.stderr


ASKS = """
from small_disk import run_command
folder, *options = sys.argv[1:]
run_command(["train", "bbc-news", *options, "--runs", folder], folder=folder, left='ls -A "$0"')
"""


def test_room_is_asked_for_before_it_trains(begun_on_full_disk, tmp_path, cache, monkeypatch, large):
    full = tmp_path / "full"
    full.mkdir()
    monkeypatch.setenv("BERT_TF_CACHE", str(cache))
    done = begun_on_full_disk(full, 40, ASKS, *map(str, large))
    # Two checkpoints of 53 MiB and two to resume from, each with two moments as well, beside small files.
    assert re.search(r"disk space for checkpoints and an export: 45\d MiB are needed and 40 MiB are free", done.stderr)
    assert "--runs FOLDER, --to FOLDER" not in done.stderr
    assert done.stderr.rstrip().endswith("status 7"), done.stderr
