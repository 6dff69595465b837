"""Malformed requests against a running server: none may be answered with the server's own failure."""

import collections
import http.client
import itertools
import urllib.parse
from collections.abc import Callable
from typing import Any

import grpc
import httpx
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from benchmarks.serving.golden import Golden, rest_answer, rest_body
from benchmarks.serving.malformed import GrpcRequest, RestRequest, grpc_requests, rest_requests
from benchmarks.serving.process import ServerProcess

_SECONDS = 60
_GOOD_EVERY = 20
# What a server may not say of a request: that it failed itself, or nothing. UNIMPLEMENTED is gRPC's word for an unknown
# method.
FAILURES = {
    grpc.StatusCode.UNKNOWN,
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.DATA_LOSS,
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.DEADLINE_EXCEEDED,
}
_UNAVAILABLE = 503


class Fuzzer:
    """Sends requests of one kind after another and counts the answers.

    Args:
        server: To ask.
        golden: Good requests, sent in between.

    Attributes:
        answers: How often each status came back.
    """

    def __init__(self, server: ServerProcess, golden: Golden) -> None:
        self.answers: collections.Counter[str] = collections.Counter()
        self._server, self._golden = server, golden
        self._sent = itertools.count(1)

    def send_rest(self, count: int, *, random_seed: int) -> None:
        """Send so many; raises AssertionError with the smallest request that is answered wrongly."""
        self._each(rest_requests(self._server.name), self._send_rest, count, random_seed)

    def send_grpc(self, count: int, *, random_seed: int) -> None:
        """The same over gRPC."""
        with grpc.insecure_channel(self._server.grpc) as channel:
            self._each(
                grpc_requests(self._server.name), lambda request: self._send_grpc(channel, request), count, random_seed
            )

    def check_good(self) -> None:
        """A good request is answered right; raises AssertionError."""
        index = next(self._sent) % len(self._golden.lines)
        body = rest_body(self._golden.lines[index]["request"])
        response = httpx.post(
            f"{self._server.rest}/v1/models/{self._server.name}:predict", content=body, timeout=_SECONDS
        )
        difference = self._golden.differs(index, rest_answer(response))
        if difference:
            raise AssertionError(f"a good request was answered wrongly: {difference}")

    def _each(self, requests: SearchStrategy[Any], send: Callable, count: int, random_seed: int) -> None:
        @seed(random_seed)
        @settings(
            max_examples=count,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink),
        )
        @given(requests)
        def each(request: Any) -> None:
            send(request)
            if next(self._sent) % _GOOD_EVERY == 0:
                self.check_good()

        each()
        self.check_good()

    def _send_rest(self, request: RestRequest) -> None:
        host = urllib.parse.urlsplit(self._server.rest)
        connection = http.client.HTTPConnection(host.hostname or "", host.port, timeout=_SECONDS)
        try:
            connection.request(request.method, request.path, body=request.body, headers=request.headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        self.answers[f"REST {response.status}"] += 1
        if response.status >= 500 and response.status != _UNAVAILABLE:
            raise AssertionError(f"{request} was answered {response.status}: {content[:500]!r}")

    def _send_grpc(self, channel: grpc.Channel, request: GrpcRequest) -> None:
        code = grpc.StatusCode.OK
        try:
            channel.unary_unary(request.method)(request.body, timeout=_SECONDS)
        except grpc.RpcError as problem:
            code = problem.code()
            if code in FAILURES:
                raise AssertionError(f"{request} was answered {code}: {problem.details()}") from problem
        self.answers[f"gRPC {code.name}"] += 1
