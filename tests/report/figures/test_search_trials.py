import pytest

from bert_tf.report.figures.search_trials import (
    Scored,
    cost_against_score,
    importance_bars,
    parallel_coordinates,
    scale_of,
    score_history,
)

HOSTILE = "<script>alert(1)</script>"
TRIALS = [
    Scored(0, 0.8, 60.0, {"rate": 1e-4, "encoder": "small", "dropout": None}),
    Scored(1, 0.9, 90.0, {"rate": 1e-3, "encoder": HOSTILE, "dropout": 0.1}),
    Scored(2, 0.5, 20.0, {"rate": 1e-5, "encoder": "small", "dropout": 0.2}, whole=False),
]


def test_a_logarithmic_scale_has_equal_steps_for_equal_ratios():
    rates = [1e-5, 2e-5, 1e-4, 5e-4, 1e-3]
    scale = scale_of(rates, logarithmic=True)
    assert [scale.place(rate) for rate in (1e-5, 1e-4, 1e-3)] == pytest.approx([0.0, 0.5, 1.0])
    assert scale_of([0.0, 1.0, 2.0, 3.0, 4.0], logarithmic=False).place(1.0) == 0.25


def test_few_values_stand_evenly_and_those_not_set_below():
    scale = scale_of([16, 64, 32, None], logarithmic=False)
    assert [scale.place(value) for value in (16, 32, 64)] == [0.0, 0.5, 1.0]
    assert scale.place(None) < 0
    assert scale_of([True, True], logarithmic=False).place(True) == 0.5
    assert scale_of(["b", "a", 3], logarithmic=False).place("b") == 1.0


def test_history_says_first_and_best():
    figure = score_history(TRIALS, failed=[3], objective="validation.accuracy", maximize=True)
    assert "validation.accuracy of 3 trials in order, from 0.8000 in trial 0 to 0.9000 at best; 1 failed." in figure
    least = score_history(TRIALS, failed=[], objective="validation.log_loss", maximize=False)
    # The lowest is of a trial that was ended early.
    assert "to 0.8000 at best; 0 failed." in least


def test_values_are_escaped():
    figure = parallel_coordinates(TRIALS, logarithmic=frozenset({"rate"}), objective="score", maximize=True)
    assert HOSTILE not in figure
    assert "&lt;script&gt;alert(1)" in figure
    assert "The best, trial 1" in figure
    assert "not set" in figure


def test_the_best_is_the_least_of_a_loss_among_whole_trials():
    assert "The best, trial 0, took 60 seconds." in cost_against_score(TRIALS, objective="loss", maximize=False)
    assert "The best, trial 1, took 90 seconds." in cost_against_score(TRIALS, objective="loss", maximize=True)


def test_one_trial_is_enough():
    one = TRIALS[:1]
    told = {"objective": "score", "maximize": True}
    assert score_history(one, failed=[], **told)
    assert parallel_coordinates(one, logarithmic=frozenset(), **told)
    assert cost_against_score(one, **told)


def test_bars_in_words():
    assert "Importance of each parameter: rate 75%; dropout 25%." in importance_bars(
        {"rate": (0.75, 0.1), "dropout": (0.25, 0.2)}
    )
