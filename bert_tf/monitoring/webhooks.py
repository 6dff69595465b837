"""Alarms to a web address, as JSON."""

import json
import threading
import time
import urllib.parse
from collections.abc import Mapping
from typing import Any

import requests

from bert_tf.errors import DataError

_SECONDS = 5.0  # for each part of an answer
_SECONDS_IN_ALL = 30.0
_TRIES = 3
_PAUSE = 0.5  # seconds before the second try; each pause is twice as long as the one before
_BUSY = (429, 500, 502, 503, 504)


class Webhook:
    """Sends alarms, each with a header by which the receiver knows one that comes twice.

    Args:
        url: Takes a POST of JSON, and answers with a status below 300.
        tries: More after the first one, at growing intervals, whatever the receiver asks for.
        seconds: That a message may take, all tries together: events are not counted meanwhile.

    Raises:
        DataError: the address is none of http or https.
    """

    def __init__(self, url: str, *, tries: int = _TRIES, seconds: float = _SECONDS_IN_ALL) -> None:
        # The rest of an address may hold a secret.
        self._url, self._host = url, _host(url)
        self._tries, self._seconds = tries, seconds
        self._session = requests.Session()
        self._under_way: threading.Thread | None = None

    def send(self, alarm: Mapping[str, Any]) -> str | None:
        """Send an alarm; None once it was taken, else why not. It is then to be sent again later."""
        if self._under_way is not None and self._under_way.is_alive():
            return f"no end of the answer before from {self._host}"
        told: list[str | None] = []
        # A receiver that answers a byte at a time is within the limits of requests, which are of a single read.
        self._under_way = threading.Thread(target=lambda: told.append(self._sent(alarm)), daemon=True)
        self._under_way.start()
        self._under_way.join(self._seconds)
        return told[0] if told else f"no answer in {self._seconds:g} s from {self._host}"

    def _sent(self, alarm: Mapping[str, Any]) -> str | None:
        problem, is_busy = self._tried(alarm)
        for more in range(self._tries):
            if not is_busy:
                break
            time.sleep(_PAUSE * 2**more)
            problem, is_busy = self._tried(alarm)
        return problem

    def _tried(self, alarm: Mapping[str, Any]) -> tuple[str | None, bool]:
        """Why an alarm was not taken, if so, and whether it may be at once."""
        key = f"{alarm['series']}/{alarm['number']}/{alarm['raised']}/{alarm['state']}"
        try:
            # What stands in an answer is not read: it may have no end.
            with self._session.post(
                self._url,
                data=json.dumps(alarm).encode(),
                headers={"Content-Type": "application/json", "Idempotency-Key": json.dumps(key)},
                timeout=_SECONDS,
                allow_redirects=False,
                stream=True,
            ) as answer:
                status, is_taken = answer.status_code, answer.ok and not answer.is_redirect
        except requests.RequestException as problem:
            return f"{type(problem).__name__} at {self._host}", True
        return (None, False) if is_taken else (f"status {status} from {self._host}", status in _BUSY)


def _host(url: str) -> str:
    try:
        parts = urllib.parse.urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = None, None
    if parts is None or parts.scheme not in ("http", "https") or not host:
        raise DataError(
            "Alarms can't be sent there: it is no web address.",
            where="--webhook",
            hint="write it whole, such as https://example.org/alarms",
        )
    return host
