import hashlib
import json
import sys

import pytest
import tensorflow as tf

from bert_tf.errors import ExportError
from bert_tf.export.write import next_version, write_export


def test_layout(exported):
    assert exported.name == "1"
    handoff = exported.parent / "handoff" / "1"
    assert sorted(path.name for path in exported.parent.iterdir()) == ["1", "handoff"]
    assert (exported / "saved_model.pb").is_file()
    manifest = json.loads((handoff / "manifest.json").read_text())
    assert (manifest["name"], manifest["version"]) == ("counts", 1)
    assert len((handoff / "golden" / "requests.jsonl").read_text().splitlines()) == 5
    on_disk = {
        path.relative_to(exported).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in exported.rglob("*")
        if path.is_file()
    }
    assert manifest["files"] == on_disk


def test_nothing_of_this_machine_is_inside(exported):
    for path in exported.parent.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert str(exported.parent).encode() not in content
            assert sys.prefix.encode() not in content


def test_a_server_needs_no_compiler(exported):
    assert b"_XlaMustCompile" not in (exported / "saved_model.pb").read_bytes()


def test_versions_count_up(tmp_path):
    assert next_version(tmp_path / "none") == 1
    for name in ("1", "3", "handoff", ".4.abc"):
        (tmp_path / name).mkdir()
    assert next_version(tmp_path) == 4


def failing(golden):
    yield golden[0]
    raise KeyboardInterrupt


def test_an_interrupted_export_leaves_the_version_before_it(exported, counting, manifest, golden):
    with pytest.raises(KeyboardInterrupt):
        write_export(counting, model_folder=exported.parent, manifest=manifest, golden=failing(golden))
    assert sorted(path.name for path in exported.parent.iterdir()) == ["1", "handoff"]
    assert [path.name for path in (exported.parent / "handoff").iterdir()] == ["1"]


def test_the_number_of_a_killed_export_is_not_used_again(exported, counting, manifest, golden):
    (exported.parent / "handoff" / "2").mkdir()
    version = write_export(counting, model_folder=exported.parent, manifest=manifest, golden=golden)
    assert version.name == "3"
    assert tf.saved_model.contains_saved_model(str(version))


def test_another_export_of_the_same_moment_keeps_its_papers(exported, counting, manifest, golden):
    def while_the_other_finishes():
        papers = exported.parent / "handoff" / "2"
        papers.mkdir()
        (papers / "manifest.json").write_text("of the other")
        yield from golden

    with pytest.raises(ExportError, match="2 could not be written: directory not empty"):
        write_export(counting, model_folder=exported.parent, manifest=manifest, golden=while_the_other_finishes())
    assert (exported.parent / "handoff" / "2" / "manifest.json").read_text() == "of the other"
