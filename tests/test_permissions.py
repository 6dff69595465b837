"""Modes of real files; what a mount namespace is needed for is in `test_atomic.py` and `cli/test_train.py`."""

import os
import stat

from bert_tf.permissions import make_private, private_file, private_folder


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_folder_and_the_missing_ones_above_it(tmp_path):
    tmp_path.chmod(0o755)
    private_folder(tmp_path / "a" / "b")
    assert [mode(path) for path in (tmp_path, tmp_path / "a", tmp_path / "a" / "b")] == [0o755, 0o700, 0o700]


def test_one_that_is_there_is_closed(tmp_path):
    (tmp_path / "a").mkdir(0o755)
    private_folder(tmp_path / "a")
    assert mode(tmp_path / "a") == 0o700


def test_all_but_one_folder(tmp_path):
    for name in ("run/export/1", "run/checkpoints"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("run/export/1/model", "run/checkpoints/weights", "run/run.json", "outside"):
        (tmp_path / name).touch(0o644)
        (tmp_path / name).chmod(0o644)
    (tmp_path / "run" / "link").symlink_to(tmp_path / "outside")
    before = mode(tmp_path / "run" / "export")
    make_private(tmp_path / "run", but="export")
    assert mode(tmp_path / "run") == mode(tmp_path / "run" / "checkpoints") == 0o700
    assert mode(tmp_path / "run" / "checkpoints" / "weights") == mode(tmp_path / "run" / "run.json") == 0o600
    assert mode(tmp_path / "run" / "export") == before
    assert mode(tmp_path / "run" / "export" / "1" / "model") == 0o644
    # No link leads out of it.
    assert mode(tmp_path / "outside") == 0o644


def test_a_file_that_is_gone_is_no_reason_to_fail(tmp_path):
    private_file(tmp_path / "gone")
    assert os.listdir(tmp_path) == []
