"""A model whose answers are known without computing: a text with the word "bad" is negative."""

import contextlib
import datetime
import http.server
import json
import pathlib
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

# The tests are imported by path; a view that several look at is found here.
sys.path.insert(0, str(pathlib.Path(__file__).parent))


def _exported(folder: pathlib.Path, *, labels: tuple[str, ...], minilm: pathlib.Path, cache: pathlib.Path):
    import tensorflow as tf

    from bert_tf.export.signatures import ServingModule
    from bert_tf.export.write_version import Papers, write_export
    from bert_tf.tasks.classify.network import ClassifyNetwork
    from bert_tf.tasks.classify.serving import ClassifyServing
    from bert_tf.text.loading import load_tokenizer

    bad = (minilm / "vocab.txt").read_text(encoding="utf-8").split("\n").index("bad")

    def outputs(inputs: "dict[str, tf.Tensor]") -> "dict[str, tf.Tensor]":
        count = tf.reduce_sum(tf.cast(tf.equal(inputs["input_ids"], bad), tf.float32), 1)
        return {"logits": tf.stack([4 * count, tf.ones_like(count)], 1)}

    module = ServingModule(
        outputs=outputs,
        variables=[tf.Variable(1.0)],
        network=ClassifyNetwork(labels),
        example_signatures=ClassifyServing(labels).example_signatures,
        tokenizer=load_tokenizer(minilm, cache_folder=cache),
        max_tokens=16,
        pairs=False,
    )
    manifest = {"name": "mood", "task": "classify", "labels": list(labels), "max_tokens": 16, "tolerance": 1e-6}
    return write_export(module, Papers(manifest), model_folder=folder)


@pytest.fixture(scope="session")
def mood_model(minilm: pathlib.Path, cache: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """An exported model: p(negative) = 1 / (1 + e^(1 - 4n)) for n times the word "bad"."""
    folder = tmp_path_factory.mktemp("mood") / "mood"
    return _exported(folder, labels=("negative", "other"), minilm=minilm, cache=cache)


@pytest.fixture
def write_events(tmp_path: pathlib.Path) -> Callable[..., pathlib.Path]:
    """Write JSON lines of events into the test's folder: (time, text, company) each, with ids from 0 on."""

    def write(name: str, events: Iterable[tuple[str, str, str]], *, first: int = 0) -> pathlib.Path:
        path = tmp_path / name
        rows = [
            {"id": number, "time": when, "text": text, "company": company}
            for number, (when, text, company) in enumerate(events, first)
        ]
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def surge_events() -> list[tuple[str, str, str]]:
    """21 days of 8 events an hour, of two companies: 3 of 10 are bad, and 8 of 10 of A's on the last day."""
    start = datetime.datetime(2026, 1, 5, tzinfo=datetime.UTC)
    events = []
    for hour in range(24 * 21):
        for number in range(8):
            company = "AB"[number % 2]
            is_on = company == "A" and hour >= 24 * 20
            is_bad = (3 * (number // 2) + 4 * hour) % 10 < (8 if is_on else 3)
            moment = start + datetime.timedelta(hours=hour, minutes=7 * number)
            events.append((moment.isoformat(), "a bad day" if is_bad else "a good day", company))
    return events


@contextlib.contextmanager
def _receiver(*statuses: int) -> Iterator[tuple[str, list[Any]]]:
    got = []
    left = list(statuses)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            got.append((dict(self.headers), json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            self.send_response(left.pop(0))
            self.send_header("Content-Length", "0")
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/secret", got
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def receiver() -> Callable[..., contextlib.AbstractContextManager[tuple[str, list[Any]]]]:
    """A server that answers POSTs with these statuses in turn: its address, and headers and JSON of what it got."""
    return _receiver
