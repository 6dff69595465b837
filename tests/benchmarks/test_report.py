import pytest

from benchmarks.report import agreement, best, company, contest_report, cpu_seconds_per_thousand, peak_mebibytes, ratio


def turn(seconds: float, *, peak: int = 100, others: float = 0.0) -> dict[str, float]:
    return {"count": 2, "seconds": seconds, "cpu_seconds": 2 * seconds, "peak_mebibytes": peak, "others": others}


@pytest.fixture
def contest():
    results = {
        "ours": {"turns": [turn(1.0), turn(1.0), turn(2.0, peak=150)], "told": [[0.9, 0.1], [0.4, 0.6]]},
        "slow": {"turns": [turn(4.0), turn(3.0), turn(4.0)], "told": [[0.7, 0.3], [0.6, 0.4]]},
        "slower": {"turns": [turn(8.0), turn(8.0), turn(8.0)], "told": 0.3},
        "absent": {"error": "no such library"},
    }
    return contest_report("train", results, ours="ours", sizes=10)


def test_ratio_is_of_speeds_turn_by_turn(contest) -> None:
    assert ratio(contest, "slow") == {"median": 3.0, "least": 2.0, "largest": 4.0}
    assert ratio(contest, "absent") is None


def test_best_is_the_fastest_that_ran(contest) -> None:
    assert best(contest, ["absent", "slower", "slow"]) == "slow"
    assert best(contest, ["absent"]) is None


def test_best_is_told_by_pairs_of_turns() -> None:
    # By its own median the noisy one, 2 s, is faster than the even one, 3 s; turn by turn ours is 4 and 3 times faster.
    results = {
        "ours": {"turns": [turn(0.5), turn(0.5), turn(3.0)]},
        "noisy": {"turns": [turn(2.0), turn(2.0), turn(12.0)]},
        "even": {"turns": [turn(1.5), turn(3.0), turn(9.0)]},
    }
    assert best(contest_report("train", results, ours="ours", sizes=10), ["noisy", "even"]) == "even"


def test_cost_and_memory(contest) -> None:
    # 2 steps of 10 in 2 CPU seconds: 100 CPU seconds for 1,000.
    assert cpu_seconds_per_thousand(contest, "ours") == pytest.approx(100)
    assert peak_mebibytes(contest, "ours") == 150
    assert peak_mebibytes(contest, "absent") is None


def test_answers_are_compared_with_ours_and_left_out(contest) -> None:
    assert contest["results"]["slow"]["agreement"] == {"largest_difference": 0.2, "same_label": 0.5}
    assert not any("told" in result for result in contest["results"].values())
    assert "agreement" not in contest["results"]["slower"]


def test_agreement_of_equal_answers() -> None:
    assert agreement([[0.25, 0.75]], [[0.25, 0.75]]) == {"largest_difference": 0, "same_label": 1}


def test_size_may_differ_by_contestant() -> None:
    results = {"step": {"turns": [turn(1.0)]}, "limit": {"turns": [turn(1.0)]}}
    report = contest_report("matmul", results, ours="step", sizes={"step": 3.0, "limit": 4.0})
    assert ratio(report, "limit") == {"median": 0.75, "least": 0.75, "largest": 0.75}


def test_company_is_the_median_over_all_turns() -> None:
    results = {"ours": {"turns": [turn(1.0, others=0.5), turn(1.0)]}, "peer": {"turns": [turn(1.0, others=2.0)]}}
    assert company(contest_report("train", results, ours="ours", sizes=1)) == 0.5
