"""What tests/protocol can't ask a model of BERT: other types, limits, and what is not TensorFlow Serving's."""

import base64
import contextlib
import gzip
import json
import socket

import httpx
import pytest

ONE = b'{"instances": [1.0]}'


@pytest.fixture(scope="module")
def client(odd_server):
    # A server closes a connection that was idle for five seconds: what is asked at that moment would be lost.
    with httpx.Client(base_url=odd_server.rest, timeout=600, limits=httpx.Limits(keepalive_expiry=1)) as client:
        yield client


def post(client, body, path=":predict", **headers):
    content = json.dumps(body) if isinstance(body, dict) else body
    return client.post(f"/v1/models/odd{path}", content=content, headers=headers)


def test_not_a_number_and_infinities(client):
    response = post(client, b'{"instances": [NaN, Infinity, -Infinity, 0.2, 1e-7, 3]}')
    assert response.content == b'{"predictions":[NaN,Infinity,-Infinity,0.2,1e-07,3.0]}'


def test_outputs_whose_name_ends_in_bytes_are_base64(client):
    encoded = base64.b64encode(b"\xff\x00").decode()
    body = {"signature_name": "echo", "inputs": [{"b64": encoded}, "a"]}
    assert post(client, body).json() == {
        "outputs": {"length": [2, 1], "raw_bytes": [{"b64": encoded}, {"b64": "YQ=="}]}
    }


def test_no_rows_in_columns(client):
    assert post(client, {"inputs": []}).json() == {"outputs": []}


def test_a_scalar_where_rows_are_batched(client):
    response = post(client, {"inputs": 7.0})
    assert response.status_code == 400
    assert response.json() == {"error": "Batching Run() input tensors must have at least one dimension"}


def test_scores_without_labels(client):
    response = post(client, {"signature_name": "scores", "examples": [{}]}, ":classify")
    assert response.json() == {"results": [[["", 0.0], ["", 0.0]]]}


def regress(client, examples, signature="regress", path=":regress", **more):
    return post(client, {"signature_name": signature, "examples": examples, **more}, path)


@pytest.mark.parametrize("signature", ["regress", "column"])
@pytest.mark.parametrize("path", [":regress", "/versions/1:regress"])
def test_regress(client, signature, path):
    response = regress(client, [{"x": 1.0}, {"x": [2.0]}, {"x": 0.25}], signature, path)
    assert (response.status_code, response.content) == (200, b'{"results":[3.5,4.0,3.125]}')


def test_regress_with_context(client):
    response = regress(client, [{}, {"x": 2.0}], context={"x": 1.0})
    assert response.json() == {"results": [3.5, 4.0]}


def test_regress_gives_what_is_not_a_number(client):
    body = b'{"signature_name": "regress", "examples": [{"x": NaN}, {"x": -Infinity}]}'
    assert post(client, body, ":regress").content == b'{"results":[NaN,-Infinity]}'


@pytest.mark.parametrize(
    ("signature", "examples", "words"),
    [
        ("regress", [], "'examples' value is an empty array"),
        ("regress", ["a"], "Example must be JSON object but got JSON String"),
        ("regress", [{"x": None}], "Feature: x has element with unexpected JSON type: Null"),
        ("regress", [{"x": [1.0, 1]}], "Unexpected element type in feature: x expecting type: float"),
        ("", [{"x": 1.0}], "No regression inputs found in SignatureDef: serving_default"),
        ("echo", [{"x": 1.0}], "Expected one output Tensor."),
        ("scores", [{"x": 1.0}], "No regression outputs found in SignatureDef: scores"),
        ("none", [{"x": 1.0}], "No signature was found with the name: none"),
        ("wide", [{"x": 1.0}], "either [batch_size] or [batch_size, 1] but got [1,2]"),
    ],
)
def test_regress_refuses(client, signature, examples, words):
    response = regress(client, examples, signature)
    assert response.status_code == 400
    assert words in response.json()["error"]


@pytest.mark.parametrize("example", [{}, {"x": 1}, {"x": [1.0, 2.0]}], ids=["missing", "integer", "two"])
def test_regress_of_features_that_the_model_does_not_take(client, example):
    response = regress(client, [{"x": 1.0}, example])
    assert (response.status_code, list(response.json())) == (400, ["error"])


def test_regress_of_a_version_that_is_not(client):
    response = regress(client, [{"x": 1.0}], path="/versions/9:regress")
    assert (response.status_code, response.json()) == (
        404,
        {"error": "Servable not found for request: Specific(odd, 9)"},
    )


def test_what_the_model_refuses_is_the_clients_fault(client):
    response = post(client, {"signature_name": "company", "inputs": [[-1]]})
    assert response.status_code == 400
    assert response.json()["error"]


def test_a_large_request_is_computed_in_batches(client):
    numbers = [float(n) for n in range(1000)]
    assert post(client, {"instances": numbers}).json()["predictions"] == numbers


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ({"instances": [1.0] * 1025}, {}, 413),
        ({"signature_name": "company", "inputs": [[1] * 4097]}, {}, 413),
        (b" " * (16 << 20) + b"{}", {}, 413),
        (iter([b" " * (1 << 20)] * 17), {}, 413),
        (gzip.compress(b" " * (17 << 20)), {"Content-Encoding": "gzip"}, 413),
        ({"signature_name": "echo", "inputs": ["a"] * 1025}, {}, 413),
        ({"signature_name": "echo", "inputs": ["a" * ((256 << 10) + 1)]}, {}, 413),
        ({"signature_name": "scores", "examples": [{"text": "a" * (256 << 10) + "b"}]}, {}, 413),
        (b'{"instances": [%s 1.0]}' % (b"[]," * (1 << 20)), {}, 413),
    ],
    ids=["rows", "row", "body", "chunks", "unpacked", "texts", "text", "example", "values"],
)
def test_limits(client, body, headers, status):
    path = ":classify" if isinstance(body, dict) and "examples" in body else ":predict"
    response = post(client, body, path, **headers)
    assert response.status_code == status
    assert list(response.json()) == ["error"]
    assert post(client, {"instances": [1.0]}).json() == {"predictions": [1.0]}


@pytest.mark.parametrize(("method", "signature"), [(":classify", "scores"), (":regress", "regress")])
def test_copies_of_a_context_are_limited(client, method, signature):
    body = {"signature_name": signature, "context": {"c": "a" * (1 << 20)}, "examples": [{}] * 1000}
    response = post(client, body, method)
    assert (response.status_code, list(response.json())) == (413, ["error"])


def test_bytes_that_are_no_http(client, odd_server):
    port = int(odd_server.rest.rpartition(":")[2])
    long_header = b"GET /v1 HTTP/1.1\r\nA: " + b"a" * 20_000
    for garbage in (b"\x00" * 100, long_header):
        with socket.create_connection(("127.0.0.1", port), timeout=600) as connection:
            connection.sendall(garbage)
            assert connection.recv(100).startswith(b"HTTP/1.1 400")
    assert post(client, {"instances": [1.0]}).json() == {"predictions": [1.0]}


@pytest.mark.parametrize(
    "body",
    [
        b'{"instances": %s1.0%s}' % (b"[" * 100, b"]" * 100),
        b'{"instances": %s1.0%s}' % (b"[" * 950, b"]" * 950),
        b'{"signature_name": 7, "instances": %s1.0%s}' % (b"[" * 950, b"]" * 950),
        b'{"signature_name": "\\ud800", "instances": [1.0]}',
        b'{"signature_name": "\xff", "instances": [1.0]}',
        b'{"instances": [{"\\ud800": 1.0}]}',
        b'{"instances": [%s]}' % (b"9" * 5000),
    ],
    ids=["deep", "deeper", "deep and wrong", "half a pair", "no utf8", "key", "digits"],
)
def test_odd_documents_are_refused(client, body):
    response = post(client, body)
    assert (response.status_code, list(response.json())) == (400, ["error"])


@pytest.mark.parametrize(
    "body", [b"no gzip", gzip.compress(ONE)[:-1], gzip.compress(ONE) + gzip.compress(b" ")], ids=["none", "half", "two"]
)
def test_what_is_not_one_gzip_stream(client, body):
    headers = {"Content-Encoding": "gzip"}
    assert post(client, gzip.compress(ONE), **headers).json() == {"predictions": [1.0]}
    response = post(client, body, **headers)
    assert (response.status_code, list(response.json())) == (400, ["error"])


def test_it_says_what_it_is(client):
    document = client.get("/v1").json()
    assert "in production, use TensorFlow Serving" in document["about"]
    assert client.get("/v1").headers["Server"] == "bert-tf serve"


def test_a_broken_connection_is_no_failure(client, odd_server):
    def half():
        yield b'{"instances"'
        raise RuntimeError

    with pytest.raises(RuntimeError):
        client.post("/v1/models/odd:predict", content=half())
    assert post(client, {"instances": [1.0]}).status_code == 200
    assert "Traceback" not in odd_server.said


def test_metrics_count_what_was_asked(client):
    post(client, {"instances": [1.0]})
    text = client.get("/monitoring/prometheus/metrics").text
    assert ':tensorflow:serving:request_count{model_name="odd",status="OK"}' in text
    assert ':tensorflow:serving:runtime_latency_count{model_name="odd",API="Predict",runtime="TF1"}' in text
    regress(client, [{"x": 1.0}])
    text = client.get("/monitoring/prometheus/metrics").text
    assert ':tensorflow:serving:request_latency_count{model_name="odd",API="regress",entrypoint="REST"}' in text
    assert ':tensorflow:serving:runtime_latency_count{model_name="odd",API="Regress",runtime="TF1"}' in text
    assert ':load_attempt_count{model_path="' in text


def test_slow_senders_take_no_places(client, odd_server):
    port = int(odd_server.rest.rpartition(":")[2])
    head = b"POST /v1/models/odd:predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\n\r\n"
    with contextlib.ExitStack() as stack:
        # As many as may be under way.
        for _ in range(256):
            slow = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=600))
            slow.sendall(head + ONE[:5])
        for _ in range(20):
            assert post(client, ONE).json() == {"predictions": [1.0]}
        slow.sendall(ONE[5:])
        assert slow.recv(1000).startswith(b"HTTP/1.1 200")


def test_by_which_names_it_may_be_asked(client):
    assert post(client, ONE, Host="evil.example").status_code == 400
    assert post(client, ONE, Origin="https://evil.example").status_code == 403
    assert post(client, ONE, Host="localhost:1").json() == {"predictions": [1.0]}
