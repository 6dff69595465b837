import pathlib

import pytest

from benchmarks.same_bytes import differences


@pytest.fixture
def kept(tmp_path: pathlib.Path) -> tuple[pathlib.Path, pathlib.Path]:
    """Two folders with the same files."""
    folders = tmp_path / "before", tmp_path / "after"
    for folder in folders:
        (folder / "first").mkdir(parents=True)
        (folder / "first" / "metrics.json").write_text('{\n "accuracy": 0.5,\n "loss": 0.25\n}')
        (folder / "compare.html").write_text("<p>Run 2 is better.</p>\n")
    return folders


def test_equal_folders_do_not_differ(kept):
    assert differences(*kept) == []


def test_lines_that_differ_are_told(kept):
    (kept[1] / "first" / "metrics.json").write_text('{\n "accuracy": 0.75,\n "loss": 0.25\n}')
    name, place, *lines = differences(*kept)
    assert (name, lines) == ("first/metrics.json:", ['- "accuracy": 0.5,', '+ "accuracy": 0.75,'])
    assert place == "@@ -2 +2 @@"


def test_a_file_that_is_missing_or_new_is_told(kept):
    (kept[1] / "compare.html").unlink()
    (kept[1] / "new.txt").write_text("")
    assert differences(*kept) == [
        f"compare.html: {kept[1] / 'compare.html'} is not there",
        f"new.txt: {kept[0] / 'new.txt'} is not there",
    ]
