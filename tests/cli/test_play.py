import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import time

import httpx
import pytest
from playwright.sync_api import expect

from bert_tf.ports import listen


def test_neither_run_nor_model(invoke, trained):
    done = invoke("play", str(trained.run) + "x")
    assert done.returncode == 5
    assert f"did you mean {trained.run}" in done.stderr


def test_a_taken_port_is_told_before_anything_is_loaded(invoke, trained):
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        done = invoke("play", str(trained.model), "--port", str(port))
    assert done.returncode == 7
    assert f"Port {port} is already in use" in done.stderr
    assert "Loading" not in done.stdout


@contextlib.contextmanager
def playing(source, cache, folder, popen=subprocess.Popen):
    """`bert-tf play` without a display, as a process of its own, and its address; killed at the end of the block."""
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    process = popen(
        [str(pathlib.Path(sys.executable).with_name("bert-tf")), "play", str(source), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env={**environment, "BERT_TF_CACHE": str(cache), "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert "Loading the " in process.stdout.readline()
        url = process.stdout.readline().split()[0]
        assert "Could not open a browser" in process.stdout.readline()
        yield process, url
    finally:
        process.kill()


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_without_a_display_until_it_is_stopped(trained, cache, tmp_path, sent):
    with playing(trained.model, cache, tmp_path) as (process, url):
        assert httpx.get(f"{url}api/model", timeout=600).json()["name"] == "bbc-news"
        process.send_signal(sent)
        output, errors = process.communicate(timeout=300)
    assert all(line.startswith("stage    ") for line in errors.splitlines()), errors
    assert "warming up the model" in errors
    assert process.returncode == 0
    assert "Playground stopped." in output


def test_the_first_text_is_answered_within_two_seconds_of_the_page(trained, cache, tmp_path, page, warm_popen):
    with playing(trained.run, cache, tmp_path, warm_popen) as (_, url):
        page.goto(url)
        opened = time.monotonic()
        page.fill("#text", "Arsenal's striker scored twice in the cup final.")
        expect(page.locator("#verdict .share")).to_be_visible(timeout=2_000)
        assert time.monotonic() - opened < 2
