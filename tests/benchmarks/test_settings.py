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
    told = types.SimpleNamespace(precision=precision, cores=cores)
    told.title_in = lambda name: Settings.title_in(told, name)
    assert Settings.title(told, "train L128 B32") == title


def test_a_contest_with_a_precision_of_its_own_tells_its_cores():
    names = [Settings.title_in(types.SimpleNamespace(cores=cores), "BBC News, float32") for cores in (None, 1)]
    assert names == ["BBC News, float32", "BBC News, float32, 1 core"]
