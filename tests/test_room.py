"""Room on file systems that are really small."""

import os
import sys

import pytest

from bert_tf.errors import MachineError
from bert_tf.room import Need, check_room

MEBIBYTE = 1 << 20
ASKS = """
import pathlib, sys
from bert_tf.errors import MachineError
from bert_tf.room import Need, check_room
small, other = map(pathlib.Path, sys.argv[1:3])
def told(*sizes, folder=small / "runs"):
    needs = [Need(folder, size << 20, f"part {size}", f"--place-{size}") for size in sizes]
    try:
        check_room([*needs, Need(other, 1, "little", "--other")])
        print("room")
    except MachineError as error:
        print(str(error).replace(str(small), "SMALL").replace("\\n", "|"), error.kind)
told(3)
told(3, 2)
told(5)
told(5, folder=other)
"""


def test_what_stands_on_one_disk_is_added_up(on_full_disk, tmp_path):
    (small := tmp_path / "small").mkdir()
    done = on_full_disk(small, 4, [sys.executable, "-c", ASKS, str(small), str(tmp_path)])
    told = "Not enough disk space for part {}: 5 MiB are needed and 4 MiB are free.|  where: SMALL/runs|"
    told += "  try:   free some space, or choose a folder on another disk: {} machine"
    lines = done.stdout.splitlines()
    assert lines[0] == lines[3] == "room", done.stderr
    assert lines[1] == told.format("3 and part 2", "--place-3, --place-2")
    assert lines[2] == told.format(5, "--place-5")


def test_a_need_is_rounded_up(tmp_path):
    free = os.statvfs(tmp_path)
    more = free.f_bavail * free.f_frsize + 100 * MEBIBYTE + 1
    with pytest.raises(MachineError, match=f"{-(-more // MEBIBYTE):,} MiB are needed"):
        check_room([Need(tmp_path / "a" / "b", more, "much", "--to")])


def test_nothing_is_made(tmp_path):
    check_room([Need(tmp_path / "a" / "b", 1, "little", "--to")])
    assert list(tmp_path.iterdir()) == []
