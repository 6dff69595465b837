"""Real servers on loopback: of a real run, of its export, and of a small exported model of pairs."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bert_tf.http.origins import allowed_origins
from bert_tf.playground.app import make_app
from bert_tf.playground.serve import make_server
from bert_tf.playground.subject import Subject, load_subject
from bert_tf.ports import address, listen
from bert_tf.workflow.source import find_source

Serving = Callable[[Subject], contextlib.AbstractContextManager[str]]


@contextlib.contextmanager
def _serving(subject: Subject) -> Iterator[str]:
    with listen("127.0.0.1", 0) as listener:
        server = make_server(make_app(subject), allowed_origins("127.0.0.1"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.01)
            yield address(listener)
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="session")
def serving() -> Serving:
    """Serve a page for a subject and give its address; the server ends with the block."""
    return _serving


@pytest.fixture(scope="session")
def run_subject(trained: Any) -> Subject:
    return load_subject(find_source(trained.run))


@pytest.fixture(scope="session")
def model_subject(trained: Any) -> Subject:
    return load_subject(find_source(trained.model))


@pytest.fixture(scope="session")
def run_url(run_subject: Subject) -> Iterator[str]:
    with _serving(run_subject) as url:
        yield url


@pytest.fixture(scope="session")
def model_url(model_subject: Subject) -> Iterator[str]:
    with _serving(model_subject) as url:
        yield url


@pytest.fixture(scope="session")
def pair_url(pair_model: Any) -> Iterator[str]:
    with _serving(load_subject(find_source(pair_model))) as url:
        yield url
