"""The order of tests: each worker's share begins with tests that take long, and only one's with those of `trained`."""

import pytest
from order_of_tests import shared_out

FILES = ["a.py"] * 5 + ["cli/test_export.py"] * 2 + ["docs/test_readme.py", "docs/test_tutorial.py", "x.py"] + ["b.py"]


@pytest.mark.parametrize(
    ("workers", "firsts"),
    [
        (1, ["cli/test_export.py"]),
        (2, ["cli/test_export.py", "docs/test_tutorial.py"]),
        (3, ["cli/test_export.py", "docs/test_tutorial.py", "docs/test_readme.py"]),
    ],
)
def test_each_share_begins_with_what_takes_long(workers, firsts):
    order = [FILES[place] for place in shared_out(FILES, workers)]
    shares = []
    for number in range(workers, 0, -1):
        size = len(order) // number
        shares.append(order[:size])
        del order[:size]
    assert [share[0] for share in shares] == firsts
    assert shares[0][:2] == ["cli/test_export.py"] * 2


@pytest.mark.parametrize("files", [FILES, FILES[5:7], FILES[:1], []])
@pytest.mark.parametrize("workers", [1, 2, 4])
def test_each_test_is_in_it_once_and_those_of_a_file_as_they_were(files, workers):
    order = shared_out(files, workers)
    assert sorted(order) == list(range(len(files)))
    for file in set(files):
        own = [place for place in order if files[place] == file]
        assert own == sorted(own)
