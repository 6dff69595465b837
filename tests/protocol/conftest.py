"""What these tests talk to: a server that is named by its addresses, or `bert-tf serve` on a real exported model.

    pytest tests/protocol --rest http://localhost:8501 --grpc localhost:8500 --model-name headlines

They describe tensorflow_model_server 2.x and hold for any server of one of bert_tf's models of texts. What a model has
no signature for is skipped.
"""

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import grpc
import httpx
import pytest
import tensorflow as tf
from tensorflow_serving.apis import model_service_pb2_grpc, prediction_service_pb2_grpc

from benchmarks.serving.process import ServerProcess, running_server

_SECONDS = 300


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("protocol", "the server that tests/protocol asks")
    group.addoption("--rest", help="its REST address, such as http://localhost:8501")
    group.addoption("--grpc", help="its gRPC address, such as localhost:8500")
    group.addoption("--model-name", help="the name of the model there")
    group.addoption("--label", help="a version label that is assigned there")


@dataclasses.dataclass(frozen=True)
class Target:
    """A server; what it was not said to have is None."""

    rest: str | None
    grpc: str | None
    name: str
    label: str | None


class _Lengths(tf.Module):
    """A number for each text, with the signatures that a model of bert_tf has for it."""

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def predict(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"value": 0.1 * tf.cast(tf.strings.length(text, "UTF8_CHAR"), tf.float32), "truncated": text == ""}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def regress(self, inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        parsed = tf.io.parse_example(inputs, {"text": tf.io.FixedLenFeature([], tf.string)})
        return {"outputs": self.predict(parsed["text"])["value"]}


@pytest.fixture(scope="session")
def regress_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """`bert-tf serve` on a small model with a signature for Regress."""
    folder, module = tmp_path_factory.mktemp("models") / "lengths" / "1", _Lengths()
    signatures = {"serving_default": module.predict, "regress": module.regress}
    tf.saved_model.save(module, str(folder), signatures=signatures)
    updater = tf.compat.v1.saved_model.signature_def_utils.MethodNameUpdater(str(folder))
    updater.replace_method_name("regress", tf.compat.v1.saved_model.REGRESS_METHOD_NAME)
    updater.save()
    with running_server(folder.parent) as server:
        yield server


@pytest.fixture(scope="session")
def target(request: pytest.FixtureRequest) -> Target:
    """The server; a test that needs another model than `model_server` has names its fixture as this one's parameter."""
    # Without a default, pytest has never heard of options of a conftest.py that it did not start from.
    rest, address, name, label = (
        request.config.getoption(option, None) for option in ("--rest", "--grpc", "--model-name", "--label")
    )
    if rest or address:
        if not name:
            pytest.fail("--model-name is needed with --rest and --grpc")
        return Target(rest and rest.rstrip("/"), address, name, label)
    fixture = getattr(request, "param", "model_server")
    server = request.getfixturevalue(fixture)
    return Target(server.rest, server.grpc, server.name, "stable" if fixture == "model_server" else None)


class Rest:
    """Asks the model over REST, by paths that go on from `/v1/models/<name>`."""

    def __init__(self, client: httpx.Client, name: str) -> None:
        self.client, self.name = client, name

    def path(self, rest: str = "") -> str:
        return f"/v1/models/{self.name}{rest}"

    def get(self, rest: str = "") -> httpx.Response:
        return self.client.get(self.path(rest))

    def post(self, rest: str, body: Any, **options: Any) -> httpx.Response:
        content = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.client.post(self.path(rest), content=content, **options)

    def predict(self, body: Any) -> httpx.Response:
        return self.post(":predict", body)

    def refused(self, response: httpx.Response, status: int, *words: str) -> str:
        """The message of a refusal: of a status, in TensorFlow Serving's shape."""
        assert response.status_code == status, response.text
        assert response.headers["Content-Type"] == "application/json"
        document = response.json()
        assert list(document) == ["error"]
        for word in words:
            assert word in document["error"]
        return document["error"]


@pytest.fixture(scope="session")
def rest(target: Target) -> Iterator[Rest]:
    if target.rest is None:
        pytest.skip("no --rest")
    # A server closes a connection that was idle for five seconds: what is asked at that moment would be lost.
    with httpx.Client(base_url=target.rest, timeout=_SECONDS, limits=httpx.Limits(keepalive_expiry=1)) as client:
        yield Rest(client, target.name)


@pytest.fixture(scope="session")
def channel(target: Target) -> Iterator[grpc.Channel]:
    if target.grpc is None:
        pytest.skip("no --grpc")
    with grpc.insecure_channel(target.grpc) as channel:
        yield channel


@pytest.fixture(scope="session")
def prediction(channel: grpc.Channel) -> prediction_service_pb2_grpc.PredictionServiceStub:
    return prediction_service_pb2_grpc.PredictionServiceStub(channel)


@pytest.fixture(scope="session")
def model_service(channel: grpc.Channel) -> model_service_pb2_grpc.ModelServiceStub:
    return model_service_pb2_grpc.ModelServiceStub(channel)


@pytest.fixture(scope="session")
def signatures(rest: Rest) -> dict[str, Any]:
    """By name, as REST tells them."""
    return rest.get("/metadata").json()["metadata"]["signature_def"]["signature_def"]


@pytest.fixture(scope="session")
def version(rest: Rest) -> int:
    """The latest that is served."""
    statuses = rest.get().json()["model_version_status"]
    return max(int(status["version"]) for status in statuses if status["state"] == "AVAILABLE")


@pytest.fixture(scope="session")
def single_text(signatures: dict[str, Any]) -> str:
    """The one input of a model of single texts."""
    names = list(signatures["serving_default"]["inputs"])
    if len(names) != 1:
        pytest.skip("this model takes more than one input")
    return names[0]
