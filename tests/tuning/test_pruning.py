import pytest

from bert_tf.tasks.recipes import load_recipe
from bert_tf.tuning.objective import objective_of
from bert_tf.tuning.pruning import LEAST_TRIALS, QuartileRule, quartile_curve


def objective(place="validation.accuracy", direction="auto"):
    return objective_of(load_recipe("bbc-news", {"tuning.objective": place, "tuning.direction": direction}))


def test_quartiles_of_the_best_so_far():
    # Best so far: 3 3, 1 5, 2 2, 4 4, 5 6. Of five in order, the second has a quarter of the others behind it.
    curves = [[3, 2], [1, 5], [2, 1], [4, 4], [5, 6]]
    assert quartile_curve(curves, direction="max") == [2, 3]
    # Least so far: 3 2, 1 1, 2 1, 4 4, 5 5.
    assert quartile_curve(curves, direction="min") == [4, 4]
    # A quarter of the five steps from 1 to 6.
    assert quartile_curve([[value] for value in (1, 2, 3, 4, 5, 6)], direction="max") == [2.25]


def test_epochs_that_few_have_seen_have_no_quartile():
    curves = [[1.0, 2.0, 3.0]] * (LEAST_TRIALS - 1) + [[1.0]]
    assert quartile_curve(curves, direction="max") == [1.0]
    assert quartile_curve(curves[1:], direction="max") == []


@pytest.mark.parametrize(
    "direction, quartiles, values, ended",
    [
        ("max", [0.7, 0.7], [0.7, 0.7], None),
        ("max", [0.7], [0.6], 1),
        ("max", [0.7, 0.7], [0.7, 0.5, 0.5], None),
        ("max", [0.7, 0.8], [0.75, 0.79], 2),
        ("min", [0.7, 0.7], [0.7, 0.9], None),
        ("min", [0.7], [0.8], 1),
    ],
)
def test_the_best_so_far_is_what_counts(direction, quartiles, values, ended):
    rule = QuartileRule(quartiles, objective=objective(direction=direction))
    ends = [epoch for epoch, value in enumerate(values, start=1) if rule(epoch, {"accuracy": value})]
    assert ends == ([] if ended is None else [ended])
    assert (rule.reason is None) == (ended is None)


def test_the_reason_has_both_values():
    rule = QuartileRule([0.71], objective=objective("validation.macro_f1"))
    assert rule(1, {"macro_f1": 0.5})
    assert rule.reason == (
        "behind: validation.macro_f1 is 0.5000 at best by epoch 1; three quarters of the others reached 0.7100 or "
        "better"
    )


def test_epochs_before_it_went_on_count():
    rule = QuartileRule([0.5, 0.6], objective=objective(), before=[0.65])
    assert not rule(2, {"accuracy": 0.1})


def test_nothing_to_compare_with_ends_nothing():
    assert not QuartileRule([], objective=objective())(1, {"accuracy": 0.0})
    assert not QuartileRule([0.9], objective=objective("validation.per_class.a.f1"))(1, {"accuracy": 0.0})


def test_those_in_the_middle_go_on():
    # After one epoch of a real search on 2,000 reviews, whose trial with 0.8 came to 0.85.
    quartiles = quartile_curve([[0.805], [0.56], [0.79], [0.8], [0.815]], direction="max")
    ended = [
        accuracy
        for accuracy in (0.795, 0.8, 0.74)
        if QuartileRule(quartiles, objective=objective())(1, {"accuracy": accuracy})
    ]
    assert ended == [0.74]
