import hashlib
import os
import shutil
import subprocess

import pytest

from bert_tf.errors import VerifyError
from bert_tf.export.checksums import check_folder, differences, folder_sha256, read_sums, sums_text


def test_coreutils_reads_what_was_written(tmp_path):
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "a b.txt").write_bytes(b"one")
    (tmp_path / "c").write_bytes(b"\x00two\n")
    sums = folder_sha256(tmp_path)
    assert sums == {
        "1/a b.txt": hashlib.sha256(b"one").hexdigest(),
        "c": hashlib.sha256(b"\x00two\n").hexdigest(),
    }
    (tmp_path / "SHA256SUMS").write_text(sums_text(sums))
    assert read_sums(tmp_path / "SHA256SUMS") == sums
    program = shutil.which("sha256sum")
    if program is None:
        pytest.skip("coreutils' sha256sum is not installed")
    check = [program, "--check", "--strict", "SHA256SUMS"]
    assert subprocess.run(check, cwd=tmp_path, check=False, capture_output=True).returncode == 0
    (tmp_path / "c").write_bytes(b"\x00twO\n")
    done = subprocess.run(check, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert "c: FAILED" in done.stdout


def test_the_first_wrong_file_is_named(tmp_path):
    (tmp_path / "a").write_text("a")
    sums = folder_sha256(tmp_path)
    check_folder(tmp_path, sums)
    (tmp_path / "a").write_text("b")
    with pytest.raises(VerifyError, match="has changed since it was written"):
        check_folder(tmp_path, sums)
    with pytest.raises(VerifyError, match=r"is missing(.|\n)*gone"):
        check_folder(tmp_path, {**folder_sha256(tmp_path), "gone": "00"})


def test_all_that_differs_is_found(tmp_path):
    folder = tmp_path / "folder"
    (folder / "1").mkdir(parents=True)
    for name in ("kept", "changed", "missing", "linked", "1/may be there"):
        (folder / name).write_text(name)
    sums = folder_sha256(folder)
    del sums["1/may be there"]
    (folder / "changed").write_text("other")
    (folder / "missing").unlink()
    (folder / "linked").rename(tmp_path / "linked")
    (folder / "linked").symlink_to(tmp_path / "linked")
    (folder / "1" / "added").write_text("")
    (folder / "1" / "folder").symlink_to(tmp_path)
    (folder / "1" / "empty" / "inner").mkdir(parents=True)
    os.mkfifo(folder / "pipe")
    assert differences(folder, sums, but={"1/may be there"}) == [
        ("1/added", "added"),
        ("1/empty/inner", "an empty folder"),
        ("1/folder", "a link"),
        ("changed", "changed"),
        ("linked", "a link"),
        ("missing", "missing"),
        ("pipe", "neither a file nor a folder"),
    ]
    assert differences(tmp_path / "gone", {"a": "00"}) == [("a", "missing")]


@pytest.mark.parametrize("content", ["no spaces here\n", "\n"])
def test_a_damaged_list(tmp_path, content):
    (tmp_path / "SHA256SUMS").write_text(content)
    with pytest.raises(VerifyError, match="list of hashes is missing or unreadable"):
        read_sums(tmp_path / "SHA256SUMS")
