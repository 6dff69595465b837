"""`bert-tf tensorboard` in a process of its own, and its dashboards in a browser that has no network."""

import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.parse

import pytest


@pytest.fixture(scope="module")
def runs(trained, tmp_path_factory):
    """The real run, twice: the second is an earlier one."""
    folder = tmp_path_factory.mktemp("runs")
    for name in (trained.run.name, "20260101-120000"):
        target = folder / "bbc-news" / name
        (target / "tensorboard").parent.mkdir(parents=True)
        for part in ("recipe.toml", "run.json", "metrics.json"):
            shutil.copy(trained.run / part, target)
        shutil.copytree(trained.run / "tensorboard", target / "tensorboard")
    return folder


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
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0
        assert "Traceback" not in errors
    finally:
        process.kill()


@pytest.fixture
def dashboard(page, address):
    """Open one; the page may ask nobody but the server."""
    asked = set()
    page.on("request", lambda request: asked.add(urllib.parse.urlsplit(request.url).hostname))
    page.set_default_timeout(60_000)
    page.set_viewport_size({"width": 1500, "height": 1000})

    def open_it(name):
        page.goto(f"{address}#{name}")
        return page

    yield open_it
    assert asked <= {urllib.parse.urlsplit(address).hostname, None, ""}, asked
