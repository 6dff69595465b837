"""Hostile requests to `bert-tf serve`: malformed, far larger than they look, slow, and left alone by their clients."""

import asyncio
import contextlib
import dataclasses
import gzip
import json
import random
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import hypothesis
import tensorflow as tf
from grpc import aio
from hypothesis import HealthCheck, Phase
from tensorflow_serving.apis import classification_pb2, predict_pb2

from benchmarks.attack.exchange import Address, ViolationError, exchange, http_head, http_request, read_all, status_of
from benchmarks.serving.fuzz import FAILURES
from benchmarks.serving.malformed import GrpcRequest, RestRequest, grpc_requests, rest_requests

_POOL = 400
_SECONDS = 120
_PREDICT = "/tensorflow.serving.PredictionService/Predict"
_CLASSIFY = "/tensorflow.serving.PredictionService/Classify"
_REGRESS = "/tensorflow.serving.PredictionService/Regress"
_DRIP_SECONDS = 0.25
_DRIPS = 32


@dataclasses.dataclass(frozen=True)
class Target:
    """The server.

    Attributes:
        rest: Its ports.
        grpc: The same.
        channel: To it, for as long as the attack lasts.
        name: Of the model.
        input_name: Of a text.
    """

    rest: Address
    grpc: Address
    channel: aio.Channel
    name: str
    input_name: str

    @property
    def predict(self) -> str:
        """The path."""
        return f"/v1/models/{self.name}:predict"


Hostile = Callable[[Target, random.Random], Awaitable[str]]


class Attack:
    """Draws hostile requests and sends them.

    Args:
        target: The server.
        seed: Of everything that is drawn.
    """

    def __init__(self, target: Target, seed: int) -> None:
        self._target = target
        self._rest = _drawn(rest_requests(target.name), seed)
        self._grpc = _drawn(grpc_requests(target.name), seed)
        self._large_rest = _large_rest(target)
        self._large_grpc = _large_grpc(target)
        self.kinds: dict[Hostile, float] = {
            self._malformed_rest: 35,
            self._malformed_grpc: 35,
            self._amplified_rest: 3,
            self._amplified_grpc: 3,
            self._slow: 10,
            self._abandoned: 6,
            self._garbage: 4,
            self._stranger: 4,
        }

    def draw(self, random_numbers: random.Random) -> Hostile:
        """One kind."""
        return random_numbers.choices(list(self.kinds), list(self.kinds.values()))[0]

    def takes_long(self, kind: Hostile) -> bool:
        """Whether its client does not wait for it before the next."""
        return kind == self._slow

    async def _malformed_rest(self, target: Target, random_numbers: random.Random) -> str:
        request: RestRequest = random_numbers.choice(self._rest)
        headers = {**request.headers, "Content-Length": str(len(request.body))}
        answer = await exchange(target.rest, http_head(request.method, request.path, headers) + request.body)
        return check_answer(answer, request)

    async def _malformed_grpc(self, target: Target, random_numbers: random.Random) -> str:
        request: GrpcRequest = random_numbers.choice(self._grpc)
        return await _call(target, request.method, request.body)

    async def _amplified_rest(self, target: Target, random_numbers: random.Random) -> str:
        name = random_numbers.choice(list(self._large_rest))
        answer = await exchange(target.rest, self._large_rest[name], half_close=random_numbers.random() < 0.3)
        return check_answer(answer, name, expected=(400, 413, 503))

    async def _amplified_grpc(self, target: Target, random_numbers: random.Random) -> str:
        method, message = random_numbers.choice(self._large_grpc)
        code = await _call(target, method, message)
        if code == "gRPC OK":
            raise ViolationError(f"a message of {len(message)} bytes that stands for far more was answered")
        return code

    async def _slow(self, target: Target, random_numbers: random.Random) -> str:
        """Bytes a few at a time: headers or a body, some whole in the end."""
        body = json.dumps({"instances": ["slow"]}).encode()
        request = http_request("POST", target.predict, body)
        reader, writer = await asyncio.open_connection(*target.rest)
        fast = random_numbers.choice((10, len(request) - len(body) + 3, len(request) - 40))
        stops = random_numbers.random() < 0.5
        try:
            writer.write(request[:fast])
            for position in range(fast, min(len(request), fast + _DRIPS)):
                await asyncio.sleep(_DRIP_SECONDS)
                writer.write(request[position : position + 1])
                await writer.drain()
            if stops:
                return "slow, gone"
            writer.write(request[fast + _DRIPS :])
            async with asyncio.timeout(_SECONDS):
                return check_answer(await read_all(reader), "slow")
        except ConnectionError:
            return "slow, cut off"
        except TimeoutError as problem:
            raise ViolationError("a slow sender was not answered") from problem
        finally:
            writer.close()

    async def _abandoned(self, target: Target, random_numbers: random.Random) -> str:
        """A request of the most texts, by a client that goes, or whose deadline is over."""
        texts = ["a text that nobody waits for"] * 1024
        if random_numbers.random() < 0.5:
            request = predict_pb2.PredictRequest(model_spec={"name": target.name})
            request.inputs[target.input_name].CopyFrom(tf.make_tensor_proto(texts))
            call = target.channel.unary_unary(_PREDICT)(request.SerializeToString(), timeout=0.05)
            with contextlib.suppress(grpc.RpcError):
                await call
            return "abandoned, deadline"
        _, writer = await asyncio.open_connection(*target.rest)
        with contextlib.suppress(ConnectionError):
            writer.write(http_request("POST", target.predict, json.dumps({"instances": texts}).encode()))
            await writer.drain()
            await asyncio.sleep(0.05)
        writer.close()
        return "abandoned, gone"

    async def _garbage(self, target: Target, random_numbers: random.Random) -> str:
        content = random_numbers.randbytes(random_numbers.randrange(1, 2000))
        if random_numbers.random() < 0.5:
            return check_answer(await exchange(target.rest, content + b"\r\n\r\n"), content)
        await exchange(target.grpc, content, half_close=True)
        return "garbage to gRPC"

    async def _stranger(self, target: Target, random_numbers: random.Random) -> str:
        """A page elsewhere, and a length told in two ways."""
        headers = random_numbers.choice(
            (
                {"Host": "evil.example"},
                {"Origin": "https://evil.example"},
                {"Transfer-Encoding": "chunked"},
            )
        )
        body = b'{"instances": ["a"]}'
        head = http_head("POST", target.predict, {"Content-Length": str(len(body)), **headers})
        return check_answer(await exchange(target.rest, head + body), headers, expected=(400, 403, 503))


def check_answer(answer: bytes, request: object, *, expected: tuple[int, ...] = ()) -> str:
    """What a hostile request was answered; raises ViolationError where that is a failure, or is not expected."""
    status = status_of(answer)
    if (status >= 500 and status not in (501, 503)) or (expected and status not in expected):
        raise ViolationError(f"{str(request)[:300]} was answered {status}: {answer[-300:]!r}")
    return f"REST {status}"


async def _call(target: Target, method: str, content: bytes) -> str:
    try:
        await target.channel.unary_unary(method)(content, timeout=_SECONDS)
    except grpc.RpcError as problem:
        code = problem.code()
        if code in FAILURES:
            raise ViolationError(f"{method} {content[:100]!r} was answered {code}: {problem.details()}") from problem
        return f"gRPC {code.name}"
    return "gRPC OK"


def _drawn(strategy: Any, seed: int) -> list[Any]:
    """Some of what a strategy makes."""
    found: list[Any] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=_POOL,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),
    )
    @hypothesis.given(strategy)
    def keep(example: Any) -> None:
        found.append(example)

    keep()
    return found


def _large_rest(target: Target) -> dict[str, bytes]:
    """Requests that take many times their size, or are refused for it."""
    many = b'{"instances": [%s]}' % b",".join([b"[]"] * (2 << 20))
    bodies = {
        "gzip": (gzip.compress(b" " * (64 << 20)), {"Content_Encoding": "gzip"}),
        "gzip of values": (gzip.compress(many), {"Content_Encoding": "gzip"}),
        "values": (many, {}),
        "depth": (b'{"instances": %s' % (b"[" * 100_000), {}),
        "text": (json.dumps({"instances": ["a " * 200_000]}).encode(), {}),
        "texts": (json.dumps({"instances": ["a"] * 2000}).encode(), {}),
        "base64": (json.dumps({"instances": [{"b64": "YWFh" * 200_000}]}).encode(), {}),
        "too large": (b'{"instances": ["' + b"a" * (9 << 20), {}),
    }
    requests = {name: http_request("POST", target.predict, body, **headers) for name, (body, headers) in bodies.items()}
    context = json.dumps({"context": {"c": "a" * 100_000}, "examples": [{}] * 1000}).encode()
    for method in ("classify", "regress"):
        path = target.predict.replace(":predict", f":{method}")
        requests[f"context of {method}"] = http_request("POST", path, context)
    return requests


def _large_grpc(target: Target) -> list[tuple[str, bytes]]:
    """Methods and messages that take many times their size, or are refused for it."""
    repeated = predict_pb2.PredictRequest(model_spec={"name": target.name})
    repeated.inputs[target.input_name].CopyFrom(tf.make_tensor_proto([b"a" * (4 << 20)]))
    repeated.inputs[target.input_name].tensor_shape.dim[0].size = 1024
    broad = predict_pb2.PredictRequest(model_spec={"name": target.name})
    broad.inputs[target.input_name].CopyFrom(tf.make_tensor_proto([b"a"]))
    broad.inputs[target.input_name].tensor_shape.dim[0].size = 2**40
    long = predict_pb2.PredictRequest(model_spec={"name": target.name})
    long.inputs[target.input_name].CopyFrom(tf.make_tensor_proto([b"a " * 500_000]))
    wide = predict_pb2.PredictRequest(model_spec={"name": target.name})
    for number in range(20_000):
        wide.inputs[f"x{number}"].dtype = 7
    spec = {"name": target.name, "signature_name": "classify"}
    copies = classification_pb2.ClassificationRequest(model_spec=spec)
    listed = copies.input.example_list_with_context
    listed.context.features.feature["c"].bytes_list.value.append(b"a" * 100_000)
    for _ in range(1000):
        listed.examples.add()
    empty = classification_pb2.ClassificationRequest(model_spec=spec)
    for _ in range(500_000):
        empty.input.example_list.examples.add()
    predicts = [(_PREDICT, message.SerializeToString()) for message in (repeated, broad, long, wide)]
    # A request for Regress has the same fields as one for Classify.
    examples = [message.SerializeToString() for message in (copies, empty)]
    return predicts + [(method, content) for method in (_CLASSIFY, _REGRESS) for content in examples]
