"""A folder that another version of bert_tf has written."""

import contextlib
import sqlite3

import pytest

from bert_tf.errors import RunError
from bert_tf.monitoring.state_store import STATE, StateStore

SETTINGS = {"model": "m"}


def test_a_folder_of_this_version_is_opened_again(tmp_path):
    for _ in range(2):
        with StateStore(tmp_path, SETTINGS) as store:
            assert store.series() == []


@pytest.mark.parametrize("version", [0, 1, 4, 99])
def test_a_folder_of_another_version_is_refused(tmp_path, version):
    with StateStore(tmp_path, SETTINGS):
        pass
    with contextlib.closing(sqlite3.connect(tmp_path / STATE)) as database:
        database.execute(f"PRAGMA user_version = {version}")
    (tmp_path / "state.sha256").unlink()
    with pytest.raises(RunError, match=r"another version of bert_tf(.|\n)*choose another --out"):
        StateStore(tmp_path, SETTINGS)
