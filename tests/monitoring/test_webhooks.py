"""Sent to a real server on loopback, which fails as often as a test wants."""

import contextlib
import http.server
import threading
import time

import pytest

from bert_tf.errors import DataError
from bert_tf.monitoring.webhooks import Webhook

ALARM = {"series": "A", "number": 1, "raised": "2026-01-02", "state": "raised"}


def test_an_alarm_is_json_with_a_key(receiver):
    with receiver(200) as (url, got):
        assert Webhook(url).send(ALARM) is None
    ((headers, body),) = got
    assert body == ALARM
    assert headers["Content-Type"] == "application/json"
    assert headers["Idempotency-Key"] == '"A/1/2026-01-02/raised"'


def test_a_server_that_is_busy_is_asked_again(receiver):
    with receiver(503, 200) as (url, got):
        assert Webhook(url, tries=1).send(ALARM) is None
    assert len(got) == 2
    assert got[0][1] == got[1][1]


def test_what_is_not_taken_is_told_without_the_address_that_may_be_secret(receiver):
    with receiver(404, 302) as (url, _):
        assert Webhook(url).send(ALARM) == "status 404 from 127.0.0.1"
        assert Webhook(url).send(ALARM) == "status 302 from 127.0.0.1"
    told = Webhook(url, tries=0).send(ALARM)
    assert told == "ConnectionError at 127.0.0.1"


@pytest.mark.parametrize(
    "url", ["localhost:9000/x", "example.org/secret", "ftp://a/b", "http://", "http://[::1", "http://a:b/"]
)
def test_an_address_that_nothing_can_be_sent_to_is_refused_before_an_alarm(url):
    with pytest.raises(DataError, match="no web address") as problem:
        Webhook(url)
    assert url not in str(problem.value)


@contextlib.contextmanager
def hostile(answer):
    """A server that answers each POST by a function of its connection; its address, and the number of POSTs."""
    posts = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            posts.append(self.path)
            with contextlib.suppress(OSError):
                answer(self.wfile, is_first=len(posts) == 1)
            self.close_connection = True

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/", posts
        server.shutdown()
        thread.join()


def test_a_receiver_does_not_say_how_long_is_waited():
    def later(file, *, is_first):
        status = b"503 Later\r\nRetry-After: 86400" if is_first else b"200 OK"
        file.write(b"HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n" % status)

    started = time.monotonic()
    with hostile(later) as (url, posts):
        assert Webhook(url, tries=1).send(ALARM) is None
    assert len(posts) == 2
    assert time.monotonic() - started < 300


def test_an_answer_without_an_end_is_not_read():
    ended = threading.Event()

    def endless(file, *, is_first):
        file.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n")
        try:
            while True:
                file.write(bytes(1 << 20))
        finally:
            ended.set()

    with hostile(endless) as (url, _):
        assert Webhook(url, tries=0).send(ALARM) is None
        assert ended.wait(300)


def test_a_receiver_that_never_ends_its_headers_holds_up_nothing():
    is_over = threading.Event()

    def dripping(file, *, is_first):
        file.write(b"HTTP/1.1 200 OK\r\n")
        while not is_over.wait(0.05):
            file.write(b"X: y\r\n")
        file.write(b"\r\n")

    with hostile(dripping) as (url, posts):
        hook = Webhook(url, tries=0, seconds=0.5)
        assert hook.send(ALARM) == "no answer in 0.5 s from 127.0.0.1"
        assert hook.send(ALARM) == "no end of the answer before from 127.0.0.1"
        is_over.set()
    assert len(posts) == 1
