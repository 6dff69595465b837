import hashlib
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import time

import pytest
import tensorflow as tf

from bert_tf.errors import ExportError
from bert_tf.export.checksums import file_sha256, read_sums
from bert_tf.export.write_version import Papers, next_version, remove_leftovers, write_export

KILLS = 20
SCRIPT = pathlib.Path(__file__).with_name("export_until_killed.py")


def names(folder):
    return sorted(path.name for path in folder.iterdir() if path.name != ".export.lock")


def test_layout(written):
    assert written.name == "1"
    handoff = written.parent / "handoff" / "1"
    assert names(written.parent) == ["1", "handoff"]
    assert names(handoff) == ["SHA256SUMS", "golden", "manifest.json"]
    assert names(handoff / "golden") == ["grpc.jsonl", "requests.jsonl", "rest.jsonl"]
    assert (written / "saved_model.pb").is_file()
    manifest = json.loads((handoff / "manifest.json").read_text())
    assert (manifest["name"], manifest["version"]) == ("counts", 1)
    assert manifest["serving"]["operations"]["tensorflow_text"] == ["FastWordpieceTokenizeWithOffsets"]
    assert len((handoff / "golden" / "requests.jsonl").read_text().splitlines()) == 5
    assert manifest["files"] == hashes(written)


def test_every_file_has_its_hash_in_the_list(written):
    folder = written.parent
    listed = read_sums(folder / "handoff" / "1" / "SHA256SUMS")
    everything = {name for name in hashes(folder) if not name.startswith(".")}
    assert set(listed) == everything - {"handoff/1/SHA256SUMS"}
    assert listed == {name: hashes(folder)[name] for name in listed}


def hashes(folder):
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_nothing_of_this_machine_is_inside(written):
    for path in written.parent.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert str(written.parent).encode() not in content
            assert sys.prefix.encode() not in content


def test_a_server_needs_no_compiler(written):
    assert b"_XlaMustCompile" not in (written / "saved_model.pb").read_bytes()


def test_what_else_belongs_to_a_version_and_beside_it(counting, manifest, golden, tmp_path):
    def write(folder, *, parts=2):
        (folder / "assets.extra").mkdir()
        (folder / "assets.extra" / "parts").write_text(str(parts))

    for parts in (2, 3):
        version = write_export(
            counting,
            Papers(
                manifest, golden, documents=lambda facts: {"CARD.md": f"version {facts['version']}"}, others=[write]
            ),
            model_folder=tmp_path / "counts",
            extend=[write],
            beside={"serving": lambda folder, facts, parts=parts: write(folder, parts=parts)},
        )
        handoff = version.parent / "handoff" / version.name
        facts = json.loads((handoff / "manifest.json").read_text())
        assert facts["files"]["assets.extra/parts"] == hashlib.sha256(b"2").hexdigest()
        assert (handoff / "CARD.md").read_text() == f"version {version.name}"
        assert facts["handoff_files"]["assets.extra/parts"] == hashlib.sha256(b"2").hexdigest()
        assert (version.parent / "serving" / "assets.extra" / "parts").read_text() == str(parts)
        beside = version.parent / "serving"
        assert read_sums(beside / "SHA256SUMS") == {
            "assets.extra/parts": hashlib.sha256(str(parts).encode()).hexdigest()
        }
    assert names(version.parent) == ["1", "2", "handoff", "serving"]


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
        write_export(counting, Papers(manifest, failing(golden)), model_folder=exported.parent)
    assert names(exported.parent) == ["1", "handoff"]
    assert names(exported.parent / "handoff") == ["1"]


def test_papers_go_when_the_version_cannot_stand(exported, counting, manifest, golden):
    def in_its_place(folder, facts):
        (exported.parent / "2" / "of another").mkdir(parents=True)

    with pytest.raises(ExportError, match="2 could not be written: directory not empty"):
        write_export(counting, Papers(manifest, golden), model_folder=exported.parent, beside={"serving": in_its_place})
    assert names(exported.parent / "handoff") == ["1"]


def test_the_number_of_a_version_that_was_removed_is_not_used_again(exported, counting, manifest, golden):
    (exported.parent / "handoff" / "2").mkdir()
    version = write_export(counting, Papers(manifest, golden), model_folder=exported.parent)
    assert version.name == "3"
    assert tf.saved_model.contains_saved_model(str(version))


def test_another_program_s_papers_are_kept(exported, counting, manifest, golden):
    def while_the_other_finishes():
        papers = exported.parent / "handoff" / "2"
        papers.mkdir()
        (papers / "manifest.json").write_text("of the other")
        yield from golden

    with pytest.raises(ExportError, match="2 could not be written: directory not empty"):
        write_export(counting, Papers(manifest, while_the_other_finishes()), model_folder=exported.parent)
    assert (exported.parent / "handoff" / "2" / "manifest.json").read_text() == "of the other"


def test_leftovers_of_killed_exports_are_removed_and_nothing_else(tmp_path):
    stay = ("1", "handoff/1", "handoff/7", "hub", ".git", ".3.notahexnumber")
    for name in (*stay, ".2.0a1b2c3d", "handoff/2", "handoff/.2.ffffffff", ".hub.before", ".1.0a1b2c3d"):
        (tmp_path / name).mkdir(parents=True)
    remove_leftovers(tmp_path)
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")} - {"handoff"}
    assert left == set(stay)


def test_a_folder_that_made_room_for_one_that_never_came_stands_again(tmp_path):
    (tmp_path / ".hub.before").mkdir()
    (tmp_path / ".hub.before" / "file").write_text("of the version before")
    (tmp_path / ".hub.0a1b2c3d").mkdir()
    remove_leftovers(tmp_path)
    assert names(tmp_path) == ["hub"]
    assert (tmp_path / "hub" / "file").read_text() == "of the version before"


def test_a_folder_that_cannot_be_made(counting, manifest, golden, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="The export can't be written here: not a directory"):
        write_export(counting, Papers(manifest, golden), model_folder=tmp_path / "file" / "counts")


def is_version(name):
    """Whether file_system_storage_path_source.cc takes a name for a version, by strings::safe_strto64."""
    return re.fullmatch(r"\s*[+-]?\d+\s*", name) is not None


@pytest.fixture
def exporter(tmp_path):
    """Starts an export of a process of its own and returns its number."""
    command = [sys.executable, str(SCRIPT), str(tmp_path / "few")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.stdin.close()


def hidden_in(folder):
    return {path for path in [*folder.glob(".*"), *folder.glob("handoff/.*")] if path.is_dir()}


def start(exporter):
    """Begin to export, and return the number of the process that does."""
    exporter.stdin.write("\n")
    exporter.stdin.flush()
    return int(exporter.stdout.readline())


def kill(exporter, number):
    os.kill(number, signal.SIGKILL)
    assert exporter.stdout.readline() == "ended\n"


def seconds_until(path):
    begun = time.monotonic()
    while not path.exists():
        time.sleep(0.01)
    return time.monotonic() - begun


def test_a_kill_at_any_moment_leaves_no_half_version(exporter, tmp_path):
    folder, moments, left, versions = tmp_path / "few", random.Random(0), 0, {"1"}
    number = start(exporter)
    seconds = seconds_until(folder / "1")
    kill(exporter, number)
    for _ in range(KILLS):
        number = start(exporter)
        time.sleep(moments.uniform(0, 2 * seconds))
        kill(exporter, number)
        before, versions = versions, {name for name in os.listdir(folder) if is_version(name)}
        assert before <= versions
        for version in versions:
            for path, digest in read_sums(folder / "handoff" / version / "SHA256SUMS").items():
                assert file_sha256(folder / path) == digest
        left += bool(hidden_in(folder))
    assert left, "no kill hit an export while it wrote"
    for version in versions:
        tf.saved_model.load(str(folder / version))
    leftovers, wanted = hidden_in(folder), max(map(int, versions)) + 1
    number = start(exporter)
    seconds_until(folder / str(wanted))
    kill(exporter, number)
    assert not leftovers & hidden_in(folder)


def test_what_is_measured_of_a_written_version_stands_in_the_manifest(counting, manifest, golden, tmp_path):
    def measure(version):
        return {"kept": sorted(path.name for path in version.iterdir() if path.is_file())}

    folder = tmp_path / "counts"
    version = write_export(counting, Papers(manifest, golden, measure=measure), model_folder=folder)
    facts = json.loads((folder / "handoff" / version.name / "manifest.json").read_text())
    assert "saved_model.pb" in facts["kept"]
    assert facts["size_bytes"] == sum(path.stat().st_size for path in version.rglob("*") if path.is_file())
