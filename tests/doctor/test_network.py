import http.server
import threading

import pytest

from bert_tf.doctor.network import check_datasets, check_hub


@pytest.fixture
def unreachable(no_network, monkeypatch):
    for name, value in no_network.items():
        monkeypatch.setenv(name, value)
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)


def test_no_network(unreachable):
    for found in (check_hub(), check_datasets()):
        assert found.state == "warning"
        assert "can't be reached (ProxyError)" in found.found
        assert found.advice


@pytest.mark.parametrize("name", ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"])
def test_switched_off(unreachable, monkeypatch, name):
    monkeypatch.setenv(name, "1")
    found = check_hub()
    assert (found.state, found.found) == ("warning", f"disabled by {name}=1")
    assert f"unset {name}" in found.advice
    monkeypatch.setenv(name, "0")
    assert "can't be reached" in check_hub().found


@pytest.mark.parametrize("status, state", [(200, "ok"), (404, "ok"), (503, "warning")])
def test_a_mirror_that_answers(unreachable, monkeypatch, status, state):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_response(status)
            self.end_headers()

        def log_message(self, *arguments):
            pass

    monkeypatch.setattr("bert_tf.doctor.network._SECONDS", 300)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        found = check_hub()
        server.shutdown()
    assert found.state == state
    assert f"127.0.0.1:{server.server_port}" in found.found
