"""Whole or not at all, on a disk that is really full: a 1 MiB file system in a mount namespace of its own."""

import concurrent.futures
import os
import pathlib
import re
import stat
import subprocess
import sys
import threading

import pytest

from bert_tf.atomic import new_file, new_folder, remove_folder
from bert_tf.errors import TrainingError
from bert_tf.temporaries import remove_leftovers


def test_file_is_replaced(tmp_path):
    path = tmp_path / "deep" / "a.txt"
    for text in ("one", "two"):
        with new_file(path, error=TrainingError) as temporary:
            temporary.write_text(text)
    assert path.read_text() == "two"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("make", [new_file, new_folder])
def test_failure_inside_leaves_nothing(tmp_path, make):
    with pytest.raises(KeyError), make(tmp_path / "a", error=TrainingError) as temporary:
        target = temporary / "b" if temporary.is_dir() else temporary
        target.write_text("half")
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_failed_replacement_keeps_the_old_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(KeyError), new_file(path, error=TrainingError) as temporary:
        temporary.write_text("new")
        raise KeyError
    assert path.read_text() == "old"


def test_folder_is_not_replaced(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "old").touch()
    with pytest.raises(TrainingError, match="a could not be written"), new_folder(tmp_path / "a", error=TrainingError):
        pass
    assert [path.name for path in tmp_path.rglob("*")] == ["a", "old"]


def test_files_and_folders_are_brought_to_the_disk_before_and_behind_the_rename(tmp_path, monkeypatch):
    def seen(descriptor):
        name = pathlib.Path(os.readlink(f"/proc/self/fd/{descriptor}")).relative_to(tmp_path)
        synced.append((re.sub(r"\.(\w+)\.[0-9a-f]{8}", r"\1 aside", str(name)), (tmp_path / "a").exists()))
        fsync(descriptor)

    synced, fsync = [], os.fsync
    monkeypatch.setattr(os, "fsync", seen)
    with new_folder(tmp_path / "a", error=TrainingError) as temporary:
        (temporary / "b").touch()
    assert synced == [("a aside/b", False), ("a aside", False), (".", True)]
    synced.clear()
    with new_file(tmp_path / "c", error=TrainingError) as temporary:
        temporary.touch()
    assert [name for name, _ in synced] == ["c aside", "."]


def test_a_folder_goes_with_all_that_is_in_it(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    remove_folder(tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_may_go_while_others_remove_leftovers(tmp_path):
    """As a training does that starts beside this one."""
    done = threading.Event()

    def remove() -> None:
        while not done.is_set():
            remove_leftovers(tmp_path)

    with concurrent.futures.ThreadPoolExecutor(2) as others:
        for _ in range(2):
            others.submit(remove)
        try:
            for _ in range(50):
                (tmp_path / "a").mkdir()
                for name in range(30):
                    (tmp_path / "a" / str(name)).touch()
                remove_folder(tmp_path / "a")
        finally:
            done.set()
    assert not (tmp_path / "a").exists()


@pytest.fixture(params=[0o000, 0o022, 0o027, 0o077], ids=oct)
def umask(request):
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def modes(folder):
    """Of all that is in a folder, by its path in it."""
    return {path.relative_to(folder).as_posix(): stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}


def write_both(folder, **how):
    with new_file(folder / "deep" / "file", error=TrainingError, **how) as temporary:
        temporary.write_text("a text")
    with new_folder(folder / "made", error=TrainingError, **how) as temporary:
        (temporary / "in").mkdir()
        (temporary / "in" / "file").write_text("a text")
        # As Python's tempfile and safetensors make them.
        os.close(os.open(temporary / "closed", os.O_CREAT, 0o600))


def test_only_the_owner_reads_what_is_private(tmp_path, umask):
    write_both(tmp_path)
    files, folders = dict.fromkeys(("deep/file", "made/in/file", "made/closed"), 0o600), ("deep", "made", "made/in")
    assert modes(tmp_path) == {**files, **dict.fromkeys(folders, 0o700)}


def test_the_umask_says_who_reads_what_is_not(tmp_path, umask):
    write_both(tmp_path, private=False)
    files, folders = ("deep/file", "made/in/file", "made/closed"), ("deep", "made", "made/in")
    assert modes(tmp_path) == {
        **dict.fromkeys(files, 0o666 & ~umask),
        **dict.fromkeys(folders, 0o777 & ~umask),
    }


def test_what_is_half_written_is_as_private(tmp_path):
    before = os.umask(0)
    try:
        with new_file(tmp_path / "file", error=TrainingError), new_folder(tmp_path / "made", error=TrainingError):
            assert sorted(modes(tmp_path).values()) == [0o600, 0o700]
    finally:
        os.umask(before)


FULL_DISK = """
import pathlib, sys
from bert_tf.atomic import {make}
from bert_tf.errors import TrainingError
folder = pathlib.Path(sys.argv[1])
try:
    with {make}(folder / "a", error=TrainingError) as temporary:
        target = temporary / "b" if temporary.is_dir() else temporary
        target.write_bytes(bytes(4 << 20))
except TrainingError as error:
    print(error)
print("left:", [path.name for path in folder.iterdir()])
"""


@pytest.mark.parametrize("make", ["new_file", "new_folder"])
def test_full_disk_is_told(tmp_path, make, on_full_disk):
    told = on_full_disk(tmp_path, 1, [sys.executable, "-c", FULL_DISK.format(make=make), str(tmp_path)])
    assert "a could not be written: the disk is full" in told.stdout
    assert "left: []" in told.stdout


def test_unwritable_place_is_told(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(TrainingError, match="not be written: not a directory(.|\n)*choose a writable folder"),
        new_file(tmp_path / "file" / "a", error=TrainingError),
    ):
        pass


def test_an_error_of_the_caller_passes_unchanged(tmp_path):
    with pytest.raises(subprocess.SubprocessError), new_file(pathlib.Path(tmp_path / "a"), error=TrainingError):
        raise subprocess.SubprocessError
