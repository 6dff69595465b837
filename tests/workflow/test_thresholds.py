import math

import pytest

from bert_tf.errors import RunError, ScoreError
from bert_tf.workflow.thresholds import Threshold, check_thresholds, missed, parse_threshold

METRICS = {
    "validation": {"accuracy": 0.95, "macro_f1": 0.9},
    "test": {"accuracy": 0.8625, "log_loss": math.nan, "per_class": {"good": {"f1": 0.5}}, "confusion_matrix": [[1]]},
    "cross-validation": {"accuracy": 0.5},
    "epochs": [{"loss": 1.0}],
}


def test_form():
    assert parse_threshold(" test.accuracy = 0.9 ") == Threshold("test.accuracy", 0.9)
    assert parse_threshold("test.per_class.good.f1=1") == Threshold("test.per_class.good.f1", 1.0)


@pytest.mark.parametrize(
    "text, told",
    [
        ("test.accuracy", "write it like test.accuracy=0.9"),
        ("test.accuracy=high", "write it like test.accuracy=0.9"),
        ("test.accuracy>0.9", "write it like test.accuracy=0.9"),
        ("test.acuracy=0.9", "did you mean test.accuracy?"),
        ("tset.accuracy=0.9", "did you mean test.accuracy?"),
        ("test.f1=0.9", "test.macro_f1 or test.weighted_f1 or test.micro_f1 or test.strict_f1?"),
    ],
)
def test_a_wrong_one_is_told_before_anything_is_done(text, told):
    with pytest.raises(RunError) as raised:
        parse_threshold(text)
    assert raised.value.hint == told or told in raised.value.hint
    assert raised.value.kind == "usage"


def test_what_is_worse_is_told_and_what_is_equal_is_not():
    wanted = [Threshold("test.accuracy", 0.9), Threshold("validation.accuracy", 0.95), Threshold("test.log_loss", 0)]
    assert missed(wanted, METRICS) == ["test.accuracy is 0.8625, below 0.9", "test.log_loss is nan, above 0"]
    folds = parse_threshold("cross-validation.accuracy=0.6")
    assert missed([folds], METRICS) == ["cross-validation.accuracy is 0.5000, below 0.6"]
    with pytest.raises(ScoreError) as raised:
        check_thresholds(wanted, METRICS)
    assert raised.value.kind == "score"
    assert len(raised.value.problems) == 2
    check_thresholds([Threshold("test.per_class.good.f1", 0.5)], METRICS)


def test_a_loss_may_not_be_higher():
    wanted = [Threshold("test.log_loss", 0.5), Threshold("test.without_leaked.log_loss", 0.25)]
    metrics = {"test": {"log_loss": 0.5, "without_leaked": {"log_loss": 0.3}}}
    assert missed(wanted, metrics) == ["test.without_leaked.log_loss is 0.3000, above 0.25"]


def test_a_metric_without_a_value_is_told_with_the_reason():
    metrics = {"test": {"per_class": {"U.S.": {"f1": 0.0, "average_precision": None}}}}
    with pytest.raises(RunError, match=r"has no value: no test row has the label 'U\.S\.'"):
        missed([Threshold("test.per_class.U.S..average_precision", 0.5)], metrics)
    with pytest.raises(RunError, match=r"has no value: no test row has the label 'U\.S\.'"):
        missed([Threshold("test.tags.per_class.U.S..average_precision", 0.5)], {"test": {"tags": metrics["test"]}})


def test_a_metric_that_the_run_has_not_names_the_nearest():
    with pytest.raises(RunError, match=r"did you mean test\.per_class\.good\.f1"):
        missed([Threshold("test.per_class.god.f1", 0.5)], METRICS)
    with pytest.raises(RunError, match=r"did you mean validation\.macro_f1\?"):
        missed([Threshold("validation.f1", 0.5)], METRICS)
    with pytest.raises(RunError, match="no scores"):
        missed([Threshold("test.accuracy", 0.5)], {})
