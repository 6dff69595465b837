import re
import sys

import pytest


def test_export_again_makes_the_next_version(trained, command, tmp_path):
    for version in (1, 2):
        done = command("export", str(trained.run), "--to", str(tmp_path / "models"))
        assert done.returncode == 0, done.stderr
        assert f"models/bbc-news/{version}\n" in done.stdout
    assert command("verify", str(tmp_path / "models")).returncode == 0


def test_full_disk_leaves_no_version(trained, on_full_disk, tmp_path, cache, monkeypatch):
    full = tmp_path / "full"
    full.mkdir()
    monkeypatch.setenv("BERT_TF_CACHE", str(cache))
    export = '"$1" -m bert_tf.cli export "$2" --to "$0"; echo "status $?" >&2; find "$0" -type f >&2'
    done = on_full_disk(full, 40, ["sh", "-c", export, str(full), sys.executable, str(trained.run)])
    assert "could not be written: the disk is full. Nothing half-written was left." in done.stderr
    assert done.stderr.rstrip().endswith("status 7"), done.stderr


@pytest.mark.parametrize("verb", ["export", "evaluate", "predict"])
def test_a_folder_that_is_not_a_run(verb, command, trained):
    arguments = ["a text"] if verb == "predict" else []
    done = command(verb, str(trained.run.parent), *arguments)
    assert done.returncode == 5
    assert re.search(rf"is not a run(.|\n)*did you mean {trained.run}", done.stderr)
    assert "Traceback" not in done.stderr
