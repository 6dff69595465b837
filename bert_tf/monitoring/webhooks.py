"""Alarms to a web address, as JSON."""

import json
import urllib.parse
from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from bert_tf.errors import DataError

_SECONDS = 5.0  # for an answer
_TRIES = 3


class Webhook:
    """Sends alarms, each with a header by which the receiver knows one that comes twice.

    Args:
        url: Takes a POST of JSON, and answers with a status below 300.
        tries: More after the first one, at growing intervals.

    Raises:
        DataError: the address is none of http or https.
    """

    def __init__(self, url: str, *, tries: int = _TRIES) -> None:
        # The rest of an address may hold a secret.
        self._url, self._host = url, _host(url)
        self._session = requests.Session()
        retries = Retry(tries, backoff_factor=0.5, status_forcelist=(429, 500, 502, 503, 504), allowed_methods=["POST"])
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retries))

    def send(self, alarm: Mapping[str, Any]) -> str | None:
        """Send an alarm; None once it was taken, else why not. It is then to be sent again later."""
        key = f"{alarm['series']}/{alarm['number']}/{alarm['raised']}/{alarm['state']}"
        try:
            answer = self._session.post(
                self._url,
                data=json.dumps(alarm).encode(),
                headers={"Content-Type": "application/json", "Idempotency-Key": json.dumps(key)},
                timeout=_SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException as problem:
            return f"{type(problem).__name__} at {self._host}"
        return None if answer.ok and not answer.is_redirect else f"status {answer.status_code} from {self._host}"


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
