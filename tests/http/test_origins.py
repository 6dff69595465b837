import socket

import pytest

from bert_tf.http.origins import allowed_origins


@pytest.mark.parametrize(
    ("bound", "host", "expected"),
    [
        ("127.0.0.1", "127.0.0.1:8501", True),
        ("127.0.0.1", "localhost", True),
        ("127.0.0.1", "LocalHost.:80", True),
        ("127.0.0.1", "[::1]:8501", True),
        ("127.0.0.1", "192.168.1.5:8501", False),
        ("127.0.0.1", "evil.example", False),
        ("127.0.0.1", "localhost.evil.example", False),
        ("127.0.0.1", "evil.example:80@localhost", False),
        ("127.0.0.1", "localhost/evil.example", False),
        ("127.0.0.1", "localhost:port", False),
        ("127.0.0.1", "", False),
        ("192.168.1.5", "192.168.1.5:8501", True),
        ("192.168.1.5", "evil.example", False),
        ("box.example", "box.example:8501", True),
        # A page can give a name of its own any address, but not an address that is a number.
        ("0.0.0.0", "192.168.1.5:8501", True),
        ("::", "[fe80::1]", True),
        ("0.0.0.0", socket.gethostname(), True),
        ("0.0.0.0", "evil.example", False),
    ],
)
def test_hosts(bound, host, expected):
    assert allowed_origins(bound).allows_host(host) is expected


@pytest.mark.parametrize(
    ("bound", "origin", "host", "expected"),
    [
        ("127.0.0.1", "http://127.0.0.1:7860", "127.0.0.1:7860", True),
        ("127.0.0.1", "http://localhost:3000", "127.0.0.1:8501", True),
        ("127.0.0.1", "https://evil.example", "127.0.0.1:8501", False),
        ("127.0.0.1", "null", "127.0.0.1:8501", False),
        ("127.0.0.1", "http://localhost.evil.example", "localhost", False),
        ("127.0.0.1", "file://localhost", "localhost", False),
        ("0.0.0.0", "http://192.168.1.5:7860", "192.168.1.5:7860", True),
        # An address is no name of ours for being a number: a page can stand there.
        ("0.0.0.0", "http://203.0.113.5", "192.168.1.5:7860", False),
    ],
)
def test_origins(bound, origin, host, expected):
    assert allowed_origins(bound).allows_origin(origin, host) is expected


def test_what_is_named_is_allowed():
    allowed = allowed_origins("127.0.0.1", hosts=["models.example"], origins=["https://Tools.example/"])
    assert allowed.allows_host("models.example:8501")
    assert not allowed.allows_host("tools.example")
    assert allowed.allows_origin("https://tools.example", "localhost")
    assert not allowed.allows_origin("http://tools.example", "localhost")
    every = allowed_origins("127.0.0.1", hosts=["*"], origins=["*"])
    assert every.allows_host("evil.example")
    assert every.allows_origin("null", "localhost")
