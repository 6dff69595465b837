import pytest

from bert_tf.tuning.pruning import LEAST_TRIALS, MedianRule, curve, median_curve

EPOCHS = [{"loss": 1.0, "val_loss": 0.9, "val_accuracy": 0.5}, {"loss": 0.8, "val_loss": 0.7, "val_accuracy": 0.6}]


def test_curves_of_what_is_measured_after_each_epoch():
    assert curve(EPOCHS, objective="validation.accuracy") == [0.5, 0.6]
    assert curve(EPOCHS, objective="validation.log_loss") == [0.9, 0.7]
    assert curve(EPOCHS, objective="validation.per_class.good.f1") == []
    assert curve([{"loss": 1.0}], objective="validation.accuracy") == []


def test_medians_of_the_best_so_far():
    # Best so far: 3 3, 1 5, 2 2, 4 4, 5 6.
    curves = [[3, 2], [1, 5], [2, 1], [4, 4], [5, 6]]
    assert median_curve(curves, direction="max") == [3, 4]
    # Least so far: 3 2, 1 1, 2 1, 4 4, 5 5.
    assert median_curve(curves, direction="min") == [3, 2]


def test_epochs_that_few_have_seen_have_no_median():
    curves = [[1.0, 2.0, 3.0]] * (LEAST_TRIALS - 1) + [[1.0]]
    assert median_curve(curves, direction="max") == [1.0]
    assert median_curve(curves[1:], direction="max") == []


@pytest.mark.parametrize(
    "direction, medians, values, ended",
    [
        ("max", [0.7, 0.7], [0.7, 0.7], None),
        ("max", [0.7], [0.6], 1),
        ("max", [0.7, 0.7], [0.7, 0.5, 0.5], None),
        ("max", [0.7, 0.8], [0.75, 0.79], 2),
        ("min", [0.7, 0.7], [0.7, 0.9], None),
        ("min", [0.7], [0.8], 1),
    ],
)
def test_the_best_so_far_is_what_counts(direction, medians, values, ended):
    rule = MedianRule(medians, objective="validation.accuracy", direction=direction)
    ends = [epoch for epoch, value in enumerate(values, start=1) if rule(epoch, {"accuracy": value})]
    assert ends == ([] if ended is None else [ended])
    assert (rule.reason is None) == (ended is None)


def test_the_reason_has_both_values():
    rule = MedianRule([0.71], objective="validation.macro_f1", direction="max")
    assert rule(1, {"macro_f1": 0.5})
    assert rule.reason == "behind: validation.macro_f1 is 0.5000 at best after epoch 1, and the others' median 0.7100"


def test_epochs_before_it_went_on_count():
    rule = MedianRule([0.5, 0.6], objective="validation.accuracy", direction="max", before=[0.65])
    assert not rule(2, {"accuracy": 0.1})


def test_nothing_to_compare_with_ends_nothing():
    assert not MedianRule([], objective="validation.accuracy", direction="max")(1, {"accuracy": 0.0})
    assert not MedianRule([0.9], objective="validation.per_class.a.f1", direction="max")(1, {"accuracy": 0.0})
