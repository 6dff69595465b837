import pytest

from bert_tf.measures import Measure
from bert_tf.recipe.section import Section
from bert_tf.recipe.task_keys import TaskKeys, label_of
from bert_tf.tasks.recipes import load_recipe

ACCURACY, F1 = Measure("accuracy", "accuracy"), Measure("macro_f1", "macro F1")
LOSS = Measure("log_loss", "log loss", better="less", epoch_key="loss")


def keys(**changes):
    usual = {"followed": (ACCURACY, LOSS), "others": (F1,), "label_figures": ("f1", "recall")}
    return TaskKeys(name="tag", description="Tags.", settings=Section, **{**usual, **changes})


def test_the_loss_is_monitored_where_nothing_else_is_said():
    assert keys().monitors == ("validation.loss", "validation.accuracy")
    assert keys(followed=(F1, ACCURACY)).monitors == ("validation.macro_f1", "validation.accuracy")


def test_a_search_may_go_by_every_measure():
    assert keys().objectives == ("validation.accuracy", "validation.log_loss", "validation.macro_f1")


def test_objectives_in_words():
    listed = "validation.accuracy, validation.log_loss, validation.macro_f1"
    assert keys().objectives_in_words == f"{listed} or validation.per_class.LABEL.f1, recall"
    assert keys(label_figures=()).objectives_in_words == listed


@pytest.mark.parametrize(
    "objective", ["validation.accuracy", "validation.macro_f1", "validation.per_class.good news.f1"]
)
def test_objectives(objective):
    assert keys().check_objective(objective) == objective


def test_test_rows_never_choose():
    with pytest.raises(ValueError, match=r"test scores optimistic.*did you mean validation\.accuracy\?"):
        keys().check_objective("test.accuracy")


@pytest.mark.parametrize(
    ("objective", "meant"),
    [
        ("validation.acuracy", "did you mean validation.accuracy"),
        ("accuracy", "did you mean validation.accuracy"),
        ("validation.loss", "did you mean validation.log_loss"),
        ("macro_f1", "did you mean validation.macro_f1"),
        ("validation.per_class.pos.accuracy", "did you mean validation.accuracy"),
        ("validation.per_class.pos.support", "known: validation.accuracy, validation.log_loss, validation.macro_f1"),
        ("seconds", "known: validation.accuracy"),
    ],
)
def test_an_unknown_objective_is_told_with_the_nearest(objective, meant):
    with pytest.raises(ValueError, match=f"unknown validation metric {objective}; {meant}"):
        keys().check_objective(objective)


def test_a_task_without_labels_has_no_figures_of_them():
    with pytest.raises(ValueError, match="unknown validation metric"):
        keys(label_figures=()).check_objective("validation.per_class.good.f1")


def test_the_label_of_an_objective():
    assert label_of("validation.per_class.a.b.f1") == "a.b"
    assert label_of("validation.accuracy") is None


def test_a_recipe_is_held_against_them():
    assert load_recipe("bbc-news").tuning.objective == "validation.accuracy"
    assert load_recipe("bbc-news").training.monitor == "validation.loss"
