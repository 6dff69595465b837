import pytest
from pydantic import ValidationError

from bert_tf.recipe.tuning import OBJECTIVES, Tuning


@pytest.mark.parametrize("objective", [*OBJECTIVES, "validation.per_class.good news.f1"])
def test_objectives(objective):
    assert Tuning(objective=objective).objective == objective


def test_test_rows_never_choose():
    with pytest.raises(ValidationError, match=r"test scores optimistic.*did you mean validation\.accuracy\?"):
        Tuning(objective="test.accuracy")


@pytest.mark.parametrize(
    ("objective", "meant"),
    [
        ("validation.acuracy", "validation.accuracy"),
        ("accuracy", "validation.accuracy"),
        ("validation.loss", "validation.log_loss"),
        ("macro_f1", "validation.macro_f1"),
        ("validation.per_class.pos.accuracy", "validation.accuracy"),
        ("seconds", "known: validation.accuracy"),
    ],
)
def test_an_unknown_objective_is_told_with_the_nearest(objective, meant):
    with pytest.raises(ValidationError, match=f"unknown validation metric {objective}; .*{meant}"):
        Tuning(objective=objective)


@pytest.mark.parametrize(
    "values",
    [{"max_trials": 0}, {"max_minutes": 0.0}, {"seeds": 0}, {"seed": 0}, {"factor": 1}, {"algorithm": "annealing"}],
)
def test_out_of_range(values):
    with pytest.raises(ValidationError):
        Tuning.model_validate(values)
