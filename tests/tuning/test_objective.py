import pytest

from bert_tf.tasks.recipes import load_recipe
from bert_tf.tuning.objective import objective_of

EPOCHS = [{"loss": 1.0, "val_loss": 0.9, "val_accuracy": 0.5}, {"loss": 0.8, "val_loss": 0.7, "val_accuracy": 0.6}]


def objective(place, direction="auto"):
    return objective_of(load_recipe("bbc-news", {"tuning.objective": place, "tuning.direction": direction}))


@pytest.mark.parametrize(
    ("place", "direction", "resolved"),
    [
        ("validation.accuracy", "auto", "max"),
        ("validation.weighted_f1", "auto", "max"),
        ("validation.log_loss", "auto", "min"),
        ("validation.per_class.loss.f1", "auto", "max"),
        ("validation.accuracy", "min", "min"),
    ],
)
def test_direction(place, direction, resolved):
    found = objective(place, direction)
    assert (found.place, found.direction) == (place, resolved)


def test_curves_of_what_is_measured_after_each_epoch():
    assert objective("validation.accuracy").curve(EPOCHS) == [0.5, 0.6]
    assert objective("validation.log_loss").curve(EPOCHS) == [0.9, 0.7]
    assert objective("validation.per_class.good.f1").curve(EPOCHS) == []
    assert objective("validation.accuracy").curve([{"loss": 1.0}]) == []


def test_its_value_after_an_epoch():
    assert objective("validation.log_loss").after_epoch({"loss": 0.25, "accuracy": 0.5}) == 0.25
    assert objective("validation.weighted_f1").after_epoch({"loss": 0.25, "accuracy": 0.5}) is None
