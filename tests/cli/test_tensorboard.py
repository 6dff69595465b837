"""`bert-tf tensorboard` in a process of its own, and its dashboards in a browser that has no network."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.parse

import numpy as np
import pytest
import tensorflow as tf
from unused_port import unused_port

from bert_tf.tasks.recipes import load_recipe
from bert_tf.tasks.table import task_of
from bert_tf.training.tensorboard.curves import write_pr_curves
from bert_tf.training.tensorboard.hparams import write_hparams, write_results
from bert_tf.training.tensorboard.mistakes import mistakes_table, write_mistakes
from bert_tf.workflow.tensorboard import tuned_values


@pytest.fixture(scope="module")
def runs(trained, tmp_path_factory):
    """The real run, and an earlier one that differs in its learning rate and its score."""
    folder = tmp_path_factory.mktemp("runs")
    for name in (trained.run.name, "20260101-120000"):
        target = folder / "bbc-news" / name
        (target / "tensorboard").parent.mkdir(parents=True)
        for part in ("recipe.toml", "run.json", "metrics.json"):
            shutil.copy(trained.run / part, target)
        shutil.copytree(trained.run / "tensorboard", target / "tensorboard")
    _give_hparams_of_its_own(folder / "bbc-news" / "20260101-120000")
    _give_hostile_rows(folder / "bbc-news" / "20260101-120000")
    return folder


def _give_hparams_of_its_own(run):
    recipe = load_recipe(str(run / "recipe.toml"))
    for events in (run / "tensorboard").glob("events.*"):
        events.unlink()
    writer = tf.summary.create_file_writer(str(run / "tensorboard"))
    values, measures = {**tuned_values(recipe), "training.learning_rate": 1e-5}, task_of(recipe).followed
    write_hparams(writer, values, name=run.name, measures=measures)
    scores = {"test": {"accuracy": 0.25, "macro_f1": 0.125, "log_loss": 2.0}}
    write_results(writer, scores, measures=measures, training_seconds=1.0)
    writer.close()


@pytest.fixture(scope="module")
def address(runs):
    process = subprocess.Popen(
        [sys.executable, "-m", "bert_tf.cli", "tensorboard", "--runs", str(runs), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        told = process.stdout.readline()
        yield re.search(r"http://\S+", told)[0]
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=600)
        assert process.returncode == 0
        assert "Traceback" not in errors
    finally:
        process.kill()


@pytest.fixture
def dashboard(page, address):
    """Open one; the page may ask nobody but the server."""
    asked = set()
    page.on("request", lambda request: asked.add(urllib.parse.urlsplit(request.url).hostname))
    page.set_viewport_size({"width": 1500, "height": 1000})

    def open_it(name):
        page.goto(f"{address}#{name}")
        return page

    yield open_it
    assert asked <= {urllib.parse.urlsplit(address).hostname, None, ""}, asked


TAKE_OVER = "document.title = 'taken over'"
HOSTILE = f'<script>{TAKE_OVER}</script><img src=x onerror="{TAKE_OVER}"><a href="javascript:{TAKE_OVER}">here</a>'
MARKDOWN = f"[here](javascript:{TAKE_OVER}) ![x](x)"


class _HostileRows:
    """A row for each text that would be run."""

    targets = np.zeros(2, np.int32)
    written = (HOSTILE.encode(), MARKDOWN.encode())

    @property
    def facts(self):
        return {"label_names": (HOSTILE, MARKDOWN)}

    def __len__(self):
        return len(self.written)

    def texts(self, start, stop):
        return list(self.written[start:stop])

    def pairs(self, start, stop):
        return None


def _give_hostile_rows(run):
    rows, answers = _HostileRows(), np.array([[0.1, 0.9], [0.2, 0.8]])
    writer = tf.summary.create_file_writer(str(run / "tensorboard" / "validation"))
    names = rows.facts["label_names"]
    table = mistakes_table(rows, rows.targets, answers, label_names=names)
    write_mistakes(writer, table, step=3, description="Wrong ones.")
    write_pr_curves(writer, np.eye(2, dtype=bool)[rows.targets], answers, label_names=names, step=3)
    writer.close()


def name_of(trained):
    """How a run is named: recipe, start, score."""
    facts = json.loads((trained.run / "run.json").read_text())
    accuracy = json.loads((trained.run / "metrics.json").read_text())["test"]["accuracy"]
    return f"bbc-news {facts['started'][:16].replace('T', ' ')} test accuracy {accuracy:.4f}"


def test_scalars_of_train_and_validation_on_one_axis(dashboard, trained):
    page = dashboard("scalars")
    for tag in ("epoch_loss", "epoch_accuracy", "step_loss", "learning_rate", "gradient_norm", "padding_share"):
        page.get_by_text(tag, exact=True).first.wait_for()
    for part in ("", "/train", "/validation"):
        page.get_by_text(name_of(trained) + part, exact=True).first.wait_for()


def test_time_series(dashboard):
    page = dashboard("timeseries")
    page.get_by_text("epoch_macro_f1", exact=True).first.wait_for()
    page.get_by_text("tokens_per_second", exact=True).first.wait_for()


def test_images_have_an_epoch_each(dashboard):
    page = dashboard("images")
    image = page.locator("tf-image-loader img").first
    image.wait_for()
    page.wait_for_function("image => image.naturalWidth > 300", arg=image.element_handle())
    # The newest is shown: of epoch 2.
    page.locator("tf-image-loader", has_text=re.compile(r"step\s*2")).first.wait_for()


def test_pr_curves_of_each_label(dashboard):
    page = dashboard("pr_curves")
    for label in ("business", "entertainment", "politics", "sports"):
        page.get_by_text(f"pr_curve/{label}/pr_curves").first.wait_for()


def test_hparams_compare_the_runs(dashboard, trained):
    page = dashboard("hparams")
    for head in ("text.max_tokens", "training.learning_rate", "test accuracy"):
        page.get_by_text(head, exact=True).first.wait_for()
    accuracy = json.loads((trained.run / "metrics.json").read_text())["test"]["accuracy"]
    for rate, score in (("0.0010000", f"{accuracy:.5f}"), ("0.000010000", "0.25000")):
        page.get_by_text(rate, exact=True).first.wait_for()
        page.get_by_text(score, exact=True).first.wait_for()


def test_text_of_the_worst_mistakes(dashboard):
    page = dashboard("text")
    page.get_by_text("worst_mistakes").first.wait_for()
    page.get_by_text(re.compile(r"\d+ of 24 predictions wrong|No mistakes in 24 rows")).first.wait_for()


@pytest.mark.parametrize("name, seen", [("text", "2 of 2 predictions wrong"), ("pr_curves", "pr_curve/<script>")])
def test_hostile_texts_and_labels_are_only_shown(dashboard, name, seen):
    page = dashboard(name)
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    page.get_by_text(seen).first.wait_for()
    assert page.title() == "TensorBoard"
    assert page.locator("img[src='x'], a[href^='javascript']").count() == 0


def test_graph_of_the_model(dashboard):
    page = dashboard("graphs")
    for part in ("bert", "pooler", "head"):
        page.locator(f"g.node[data-name={part}]").first.wait_for()


def test_projector_has_the_texts_with_their_labels(dashboard):
    page = dashboard("projector")
    # A tab of its own, at the first visit.
    page.get_by_role("tab", name="Projector").wait_for()
    frame = page.frame_locator("iframe").frame_locator("iframe")
    frame.get_by_text("Points: 24").first.wait_for()
    # They are chosen from lists, whose choice is no text of the page.
    chosen = frame.locator("input").evaluate_all("inputs => inputs.map(input => input.value)")
    assert {"pooled vectors of validation", "label"} <= set(chosen)


def test_no_run_is_told(invoke, tmp_path):
    done = invoke("tensorboard", "--runs", str(tmp_path))
    assert done.returncode == 5
    assert "There are no runs in " in done.stderr
    assert "bert-tf train" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_told(invoke, runs):
    # The next one is free as well.
    port = unused_port()
    with socket.create_server(("localhost", port)):
        done = invoke("tensorboard", "--runs", str(runs), "--port", str(port))
    assert done.returncode == 7
    assert f"Port {port} is already in use." in done.stderr
    assert f"--port {port + 1}" in done.stderr
    assert "Traceback" not in done.stderr
