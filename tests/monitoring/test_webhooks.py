"""A real server on loopback, which fails as often as a test wants."""

import contextlib
import http.server
import json
import threading

from bert_tf.monitoring.webhooks import Webhook

ALARM = {"series": "A", "number": 1, "raised": "2026-01-02", "state": "raised"}


@contextlib.contextmanager
def receiver(*statuses):
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


def test_an_alarm_is_json_with_a_key():
    with receiver(200) as (url, got):
        assert Webhook(url).send(ALARM) is None
    ((headers, body),) = got
    assert body == ALARM
    assert headers["Content-Type"] == "application/json"
    assert headers["Idempotency-Key"] == '"A/1/2026-01-02/raised"'


def test_a_server_that_is_busy_is_asked_again():
    with receiver(503, 200) as (url, got):
        assert Webhook(url, tries=1).send(ALARM) is None
    assert len(got) == 2
    assert got[0][1] == got[1][1]


def test_what_is_not_taken_is_told_without_the_address_that_may_be_secret():
    with receiver(404, 302) as (url, _):
        assert Webhook(url).send(ALARM) == "status 404 from 127.0.0.1"
        assert Webhook(url).send(ALARM) == "status 302 from 127.0.0.1"
    told = Webhook(url, tries=0).send(ALARM)
    assert told == "ConnectionError at 127.0.0.1"
