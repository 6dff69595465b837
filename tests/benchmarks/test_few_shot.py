import math

import pytest

from benchmarks.few_shot import KeptDraws, student_interval


def test_the_interval_of_a_mean_is_students():
    # 12.706 standard errors, which are half of 0.1 for two values so far apart (Student 1908, one degree of freedom).
    mean, half = student_interval([0.8, 0.9])
    assert mean == pytest.approx(0.85)
    assert half == pytest.approx(12.706 * 0.05, rel=1e-4)
    assert student_interval([0.8]) == (0.8, math.inf)


def test_a_draw_that_is_done_is_found_again_if_nothing_of_it_has_changed(tmp_path):
    path = tmp_path / "draws.jsonl"
    draws = [{"data": "bbc", "per_label": 8, "seed": seed, "most_rows": None, "peers": True} for seed in (1, 2)]
    kept = KeptDraws(path)
    assert kept.turns(draws[0]) is None
    for seed, draw in enumerate(draws, start=1):
        kept.keep(draw, {"SetFit": {"accuracy": 0.9, "seconds": float(seed)}})
    again = KeptDraws(path)
    assert again.turns(draws[1]) == {"SetFit": {"accuracy": 0.9, "seconds": 2.0}}
    assert again.turns({**draws[0], "most_rows": 100}) is None
    assert again.turns({**draws[0], "peers": False}) is None
    assert KeptDraws(None).turns(draws[0]) is None
