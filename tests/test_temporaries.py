"""What killed processes leave is removed, and what living ones write is not: with real processes and real kills."""

import os
import signal
import subprocess
import sys

import pytest

from bert_tf.atomic import new_file, new_folder
from bert_tf.errors import MachineError, TrainingError
from bert_tf.temporaries import remove_leftovers, scratch_folder, temporary_folder

WRITES = """
import pathlib, sys, time
from bert_tf.atomic import new_file, new_folder
from bert_tf.errors import TrainingError
folder = pathlib.Path(sys.argv[1])
with new_file(folder / "file", error=TrainingError) as file, new_folder(folder / "made", error=TrainingError) as made:
    file.write_text("a private text")
    (made / "inside").write_text("another")
    print("written", flush=True)
    sys.stdin.read()
"""


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def writer(tmp_path):
    """A process that is writing a file and a folder."""
    command = [sys.executable, "-c", WRITES, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "written\n"
        yield process
        process.kill()


def write_again(folder):
    with new_file(folder / "file", error=TrainingError) as temporary:
        temporary.write_text("whole")
    with new_folder(folder / "made", error=TrainingError):
        pass


@pytest.mark.parametrize("tidy", [remove_leftovers, write_again], ids=["all", "of what is written"])
def test_what_a_killed_process_left_is_removed(writer, tmp_path, tidy):
    left = names(tmp_path)
    assert len(left) == 2
    writer.kill()
    writer.wait()
    assert names(tmp_path) == left
    tidy(tmp_path)
    assert not set(left) & set(names(tmp_path))


@pytest.mark.parametrize("tidy", [remove_leftovers, write_again], ids=["all", "of what is written"])
def test_what_a_living_process_writes_stays(writer, tmp_path, tidy):
    being_written = set(names(tmp_path))
    tidy(tmp_path)
    assert being_written <= set(names(tmp_path))
    assert (tmp_path / next(name for name in being_written if "file" in name)).read_text() == "a private text"


@pytest.mark.parametrize("seconds", [-10 * 365 * 86400, 10 * 365 * 86400], ids=["set forward", "set back"])
def test_clocks_that_were_set_do_not_matter(writer, tmp_path, seconds):
    """The kernel's locks alone tell what is left over."""
    being_written = names(tmp_path)
    for name in being_written:
        made = (tmp_path / name).stat().st_mtime
        os.utime(tmp_path / name, (made + seconds, made + seconds))
    remove_leftovers(tmp_path)
    assert names(tmp_path) == being_written
    writer.kill()
    writer.wait()
    remove_leftovers(tmp_path)
    assert names(tmp_path) == []


def test_a_living_process_ends_well_after_others_tidied(writer, tmp_path):
    remove_leftovers(tmp_path)
    writer.communicate(timeout=600)
    assert writer.returncode == 0
    assert names(tmp_path) == ["file", "made"]
    assert names(tmp_path / "made") == ["inside"]


def test_a_process_that_stands_still_lives(writer, tmp_path):
    writer.send_signal(signal.SIGSTOP)
    remove_leftovers(tmp_path)
    assert len(names(tmp_path)) == 2


HURRIES = """
import pathlib, sys, time
from bert_tf.atomic import new_file
from bert_tf.errors import TrainingError
from bert_tf.temporaries import remove_leftovers
end = time.monotonic() + float(sys.argv[2])
while time.monotonic() < end:
    remove_leftovers(pathlib.Path(sys.argv[1]))
    with new_file(pathlib.Path(sys.argv[1]) / "file", error=TrainingError) as temporary:
        temporary.write_text("whole")
"""


def test_processes_that_write_and_tidy_at_once_never_meet(tmp_path):
    processes = [
        subprocess.Popen([sys.executable, "-c", HURRIES, str(tmp_path), "1.5"], stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    told = [process.communicate(timeout=600)[1] for process in processes]
    assert told == [""] * 4
    assert names(tmp_path) == ["file"]


def test_what_has_another_name_stays(tmp_path):
    stay = [".file", ".file.old", "file.0a1b2c3d", ".file.0a1b2c3d.txt", ".file.0A1B2C3D", ".git"]
    for name in stay:
        (tmp_path / name).touch()
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / ".file.0a1b2c3d").touch()
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / ".hub.00000000").mkdir()
    remove_leftovers(tmp_path, but="export")
    assert set(names(tmp_path)) == {*stay, "below", "export"}
    assert names(tmp_path / "below") == []
    assert names(tmp_path / "export") == [".hub.00000000"]


def test_links_and_pipes_are_left_alone(tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").touch()
    (tmp_path / ".link.0a1b2c3d").symlink_to(tmp_path / "kept")
    os.mkfifo(tmp_path / ".pipe.0a1b2c3d")
    remove_leftovers(tmp_path)
    assert names(tmp_path) == [".link.0a1b2c3d", ".pipe.0a1b2c3d", "kept"]
    assert names(tmp_path / "kept") == ["file"]


@pytest.mark.parametrize("name", ["a*b", "[ab]", "?", "ä ö", "-x", "a.b.0a1b2c3d"])
def test_odd_names(tmp_path, name):
    (tmp_path / f".{name}.0a1b2c3d").touch()
    (tmp_path / ".another.0a1b2c3d").touch()
    with new_file(tmp_path / name, error=TrainingError) as temporary:
        temporary.write_text("whole")
    assert names(tmp_path) == sorted([".another.0a1b2c3d", name])


def test_scratch_of_a_killed_process_is_removed_by_the_next(tmp_path, monkeypatch):
    code = "from bert_tf.temporaries import *\nwith scratch_folder() as f: (f / 'text').touch(); print(f); input()"
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", code]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        left = process.stdout.readline().strip()
        process.kill()
    assert os.path.exists(left)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with scratch_folder() as folder:
        assert names(tmp_path) == [folder.name]
    assert names(tmp_path) == []


def test_no_place_for_scratch_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    with (
        pytest.raises(MachineError, match="Temporary files can't be written: no such file(.|\n)*TMPDIR"),
        scratch_folder(),
    ):
        pass


def test_a_file_system_without_locks_keeps_what_was_left(tmp_path, monkeypatch):
    def no_locks(*_):
        raise OSError("no locks available")

    (tmp_path / ".file.0a1b2c3d").touch()
    monkeypatch.setattr("fcntl.flock", no_locks)
    with temporary_folder(tmp_path / "file") as folder:
        assert folder.is_dir()
    remove_leftovers(tmp_path)
    assert names(tmp_path) == [".file.0a1b2c3d"]
