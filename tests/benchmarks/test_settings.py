import types

import pytest

from benchmarks.settings import Settings


@pytest.mark.parametrize(
    "precision, cores, title",
    [
        ("bfloat16", None, "train L128 B32"),
        ("bfloat16", 2, "train L128 B32, 2 cores"),
        ("float32", None, "train L128 B32, float32"),
        ("float32", 1, "train L128 B32, float32, 1 core"),
    ],
)
def test_a_contest_tells_what_differs_from_what_goals_are_set_for(precision, cores, title):
    settings = types.SimpleNamespace(precision=precision, cores=cores)
    assert Settings.title(settings, "train L128 B32") == title
