"""Files there and back by a path and by a URI: whole, replaced, removed, and what can't be reached."""

import pytest

from bert_tf.errors import DataError
from bert_tf.pipelines.exchange_folder import ExchangeFolder

CONTENT = bytes(range(256)) * 5000


@pytest.fixture(params=["path", "uri"])
def exchange(request, tmp_path):
    # What a URI would read as something else stands in a path as it is.
    return ExchangeFolder(str(tmp_path / "for #1 %20?x") if request.param == "path" else f"file://{tmp_path}/for")


def test_files_come_back_as_they_were(exchange, tmp_path):
    (tmp_path / "mine" / "below").mkdir(parents=True)
    (tmp_path / "mine" / "a.bin").write_bytes(CONTENT)
    (tmp_path / "mine" / "below" / "b.bin").write_bytes(b"b")
    assert exchange.names() == []
    exchange.folder("deep/er").put_all(tmp_path / "mine")
    assert exchange.names() == ["deep/er/a.bin", "deep/er/below/b.bin"]
    exchange.fetch("deep/er/a.bin", tmp_path / "back" / "c.bin")
    assert (tmp_path / "back" / "c.bin").read_bytes() == CONTENT
    with exchange.folder("deep").fetched(tmp_path / "back" / "all") as local:
        assert (local / "er" / "a.bin").read_bytes() == CONTENT
        assert (local / "er" / "below" / "b.bin").read_bytes() == b"b"
    assert [path.name for path in (tmp_path / "back").iterdir()] == ["c.bin"]


def test_a_name_is_replaced_and_removed(exchange, tmp_path):
    file = tmp_path / "a"
    for content in (b"one", b"two"):
        file.write_bytes(content)
        exchange.put(file)
        exchange.put(file, name="other")
    exchange.fetch("a", file)
    assert (file.read_bytes(), exchange.names()) == (b"two", ["a", "other"])
    exchange.remove("a")
    exchange.remove("a")
    assert exchange.names() == ["other"]
    exchange.clear()
    exchange.clear()
    assert exchange.names() == []


def test_half_a_file_has_no_name(exchange, tmp_path, monkeypatch):
    import shutil

    def killed(source, target):
        target.write(source.read(2))
        raise KeyboardInterrupt

    (tmp_path / "a").write_bytes(b"whole")
    monkeypatch.setattr(shutil, "copyfileobj", killed)
    with pytest.raises(KeyboardInterrupt):
        exchange.put(tmp_path / "a")
    assert exchange.names() == []


def test_what_can_not_be_reached_is_told(tmp_path):
    (tmp_path / "a").write_bytes(b"a")
    for act in (
        lambda: ExchangeFolder(str(tmp_path / "a")).folder("below").put(tmp_path / "a"),
        lambda: ExchangeFolder(str(tmp_path)).fetch("missing", tmp_path / "b"),
        lambda: ExchangeFolder("nowhere://bucket/folder"),
    ):
        with pytest.raises(DataError, match="exchange files through can't be used: (.|\\n)*temp_location") as caught:
            act()
        assert caught.value.kind == "machine"
    assert not (tmp_path / "b").exists()
