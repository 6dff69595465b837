"""Golden requests against a real server, `bert-tf serve`, in a process of its own."""

import json
import shutil

import pytest
from unused_port import unused_port

from benchmarks.serving.process import running_server
from bert_tf.errors import VerifyError
from bert_tf.export.golden import read_golden
from bert_tf.export.running_server import replay_grpc, replay_rest


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """A busy machine may take longer than a minute for the first answer."""
    monkeypatch.setattr("bert_tf.export.running_server._SECONDS", 600)


@pytest.fixture(scope="module")
def server(written):
    """Addresses of REST and gRPC."""
    with running_server(written.parent) as started:
        yield started.rest, started.grpc


@pytest.fixture
def lines(written, tmp_path):
    """Copies of golden/, to change."""
    shutil.copytree(written.parent / "handoff" / "1" / "golden", tmp_path / "golden")
    return tmp_path / "golden"


def rewrite(path, change):
    content = read_golden(path)
    change(content)
    path.write_text("".join(json.dumps(line) + "\n" for line in content))


def test_every_line_is_answered_as_it_says(server, lines):
    rest, grpc = server
    said = replay_rest(rest + "/", lines / "rest.jsonl", tolerance=1e-6)
    assert said.startswith("12 requests to ")
    assert "Server: bert-tf serve" in said
    assert replay_grpc(grpc, lines / "grpc.jsonl", tolerance=1e-6).startswith("9 calls to ")


def test_a_wrong_number_is_seen(server, lines):
    rest, grpc = server
    rewrite(lines / "rest.jsonl", lambda all: all[1]["answer"]["body"]["predictions"][0].update(score=0.2))
    with pytest.raises(VerifyError, match=r"; expected (.|\n)*request 1"):
        replay_rest(rest, lines / "rest.jsonl", tolerance=1e-6)
    rewrite(
        lines / "grpc.jsonl",
        lambda all: all[2]["answer"]["response"]["outputs"]["score"].update(float_val=[0.2]),
    )
    with pytest.raises(VerifyError, match=r"; expected (.|\n)*request 2"):
        replay_grpc(grpc, lines / "grpc.jsonl", tolerance=1e-6)


def test_a_wrong_status_is_seen(server, lines):
    rest, grpc = server
    rewrite(lines / "rest.jsonl", lambda all: all[-1]["answer"].update(status=400))
    with pytest.raises(VerifyError, match="returned status 404; expected 400"):
        replay_rest(rest, lines / "rest.jsonl", tolerance=1e-6)
    rewrite(lines / "grpc.jsonl", lambda all: all[-1]["answer"].update(code="OK"))
    with pytest.raises(VerifyError, match="returned code NOT_FOUND; expected OK"):
        replay_grpc(grpc, lines / "grpc.jsonl", tolerance=1e-6)


def test_an_answer_where_an_error_was_expected(server, lines):
    rest, _ = server
    rewrite(lines / "rest.jsonl", lambda all: all[0]["answer"].pop("body"))
    with pytest.raises(VerifyError, match='expected {"error"'):
        replay_rest(rest, lines / "rest.jsonl", tolerance=1e-6)


def test_no_server(lines):
    nowhere = f"127.0.0.1:{unused_port()}"
    with pytest.raises(VerifyError, match=f"No server answers at http://{nowhere}"):
        replay_rest(f"http://{nowhere}", lines / "rest.jsonl", tolerance=1e-6)
    with pytest.raises(VerifyError, match=f"No server answers at {nowhere}"):
        replay_grpc(nowhere, lines / "grpc.jsonl", tolerance=1e-6)
