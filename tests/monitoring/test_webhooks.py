"""Sent to a real server on loopback, which fails as often as a test wants."""

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
