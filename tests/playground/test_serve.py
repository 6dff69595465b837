from bert_tf.playground.serve import allowed_hosts, open_browser


def test_names_a_browser_may_use():
    assert "192.168.1.5" in allowed_hosts("192.168.1.5")
    assert "localhost" in allowed_hosts("127.0.0.1")
    assert "*" not in allowed_hosts("127.0.0.1")
    assert allowed_hosts("0.0.0.0") == ["*"]


def test_no_display(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    assert not open_browser("http://127.0.0.1:1/")
