import socket
import urllib.request

import pytest
from unused_port import unused_port

from bert_tf.errors import MachineError
from bert_tf.monitoring.counters import Counters
from bert_tf.monitoring.monitor_metrics import MonitorMetrics, serve_metrics


def test_they_are_served(monkeypatch):
    port = unused_port()
    server = serve_metrics(MonitorMetrics(), host="127.0.0.1", port=port)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            assert answer.headers["Content-Type"].startswith("text/plain")
    finally:
        server.shutdown()
        server.server_close()
    assert Counters().as_json()["newest"] is None


def test_a_taken_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(MachineError, match=f"Metrics can't be served at 127.0.0.1:{port}"):
            serve_metrics(MonitorMetrics(), host="127.0.0.1", port=port)
