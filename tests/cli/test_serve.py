import json
import signal
import subprocess

import grpc
import httpx
import pytest

from benchmarks.serving.process import running_server
from bert_tf.ports import listen


def test_no_model(invoke, tmp_path):
    done = invoke("serve", str(tmp_path))
    assert done.returncode == 5
    assert "no exported model" in done.stderr


@pytest.mark.parametrize("option", ["--rest-port", "--grpc-port"])
def test_a_taken_port_is_told_before_anything_is_loaded(invoke, trained, option):
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        done = invoke("serve", str(trained.model), "--rest-port", "0", option, str(port))
    assert done.returncode == 7
    assert f"Port {port} is already in use" in done.stderr
    assert f"{option} " in done.stderr
    assert "Loading" not in done.stdout


def test_a_config_without_the_model_is_told_before_anything_is_loaded(invoke, trained, tmp_path):
    path = tmp_path / "models.config"
    path.write_text('model_config_list { config { name: "other" } }')
    done = invoke("serve", str(trained.model), "--rest-port", "0", "--grpc-port", "0", "--model-config", str(path))
    assert done.returncode == 2
    assert "has no model bbc-news" in done.stderr
    assert "Loading" not in done.stdout


def test_it_says_what_it_is_and_nothing_else_until_ctrl_c(trained):
    with running_server(trained.model) as server:
        lines = server.said.splitlines()
        assert [line.split()[0] for line in lines] == ["Loading", "Serving", "REST", "gRPC", "try", "For"]
        assert str(trained.model.parent) in lines[0]
        assert "In production, serve the same folder with TensorFlow Serving." in lines[-1]
        assert server.name == "bbc-news"
        asked = subprocess.run(lines[4].removeprefix("try "), shell=True, capture_output=True, text=True, check=True)
        assert len(json.loads(asked.stdout)["outputs"]["label"]) == 1
        assert httpx.get(f"{server.rest}/v1/models/bbc-news", timeout=600).status_code == 200
        with grpc.insecure_channel(server.grpc) as channel:
            grpc.channel_ready_future(channel).result(60)
        assert server.stop(signal.SIGINT) == 0
        assert server.said.splitlines()[len(lines) :] == [
            "Version 1 of bbc-news was unloaded.",
            "All pending requests were answered; the server has stopped.",
        ]
