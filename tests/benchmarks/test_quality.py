import pytest

from benchmarks.quality import compare, compare_with_peer


def test_difference_is_of_means_and_over_the_larger_spread() -> None:
    # Means 0.88 and 0.87; spreads 0.02 and 0.04.
    difference, over_spread = compare("SST-2", [0.87, 0.88, 0.89], [0.85, 0.87, 0.89])
    assert difference["median"] == pytest.approx(0.01)
    assert over_spread["median"] == pytest.approx(0.25)


def test_one_seed_has_no_spread() -> None:
    assert [figure["name"] for figure in compare("SST-2", [0.9], [0.8])] == ["SST-2: difference of means"]


def test_a_peer_that_learns_better_is_below_zero() -> None:
    difference, over_spread = compare_with_peer("GoEmotions", [0.45, 0.46], [0.47, 0.49])
    assert difference["median"] == pytest.approx(-0.025)
    assert over_spread["median"] == pytest.approx(-1.25)
