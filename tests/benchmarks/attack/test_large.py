"""One case of each kind of file, small: it is read by both commands, and a broken quote is told."""

import pytest

from benchmarks.attack.large import attack
from benchmarks.attack.shapes import SHAPES


@pytest.mark.parametrize("name", ["the same before blank lines", "60,000 columns, Parquet"])
def test_a_small_file_of_a_case_is_read_by_both_commands(tmp_path, name):
    found = list(attack(tmp_path, size=100_000, only=name))
    assert [(each, command) for each, command, _ in found] == [(name, "new"), (name, "data")]
    assert [taken.told for _, _, taken in found] == ["", ""]
    assert all(0 <= taken.memory < 1 << 30 for _, _, taken in found)


def test_a_file_is_as_large_as_it_should_be(tmp_path):
    for name in ("small objects", "a word of 10 MB", "broken quotes within"):
        file_name, write = SHAPES[name]
        write(tmp_path / file_name, 50_000)
        assert 50_000 <= (tmp_path / file_name).stat().st_size < 51_000
