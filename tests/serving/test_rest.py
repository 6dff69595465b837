"""What tests/protocol can't ask a model of BERT: other types, limits, and what is not TensorFlow Serving's."""

import base64
import gzip
import json

import httpx
import pytest


@pytest.fixture(scope="module")
def client(odd_server):
    with httpx.Client(base_url=odd_server.rest, timeout=60) as client:
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
        ({"instances": [1.0] * 1025}, {}, 429),
        ({"signature_name": "company", "inputs": [[1] * 4097]}, {}, 429),
        (b" " * (16 << 20) + b"{}", {}, 413),
        (iter([b" " * (1 << 20)] * 17), {}, 413),
        (gzip.compress(b" " * (17 << 20)), {"Content-Encoding": "gzip"}, 413),
        (b"not gzip", {"Content-Encoding": "gzip"}, 400),
    ],
    ids=["rows", "row", "body", "chunks", "unpacked", "gzip"],
)
def test_limits(client, body, headers, status):
    response = post(client, body, **headers)
    assert response.status_code == status
    assert list(response.json()) == ["error"]
    assert post(client, {"instances": [1.0]}).json() == {"predictions": [1.0]}


def test_it_says_what_it_is(client):
    document = client.get("/v1").json()
    assert "in production with TensorFlow Serving" in document["about"]
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
    assert ':load_attempt_count{model_path="' in text
