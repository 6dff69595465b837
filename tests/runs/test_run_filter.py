import pytest

from bert_tf.errors import RunError
from bert_tf.runs.run_filter import Condition, holds, order, parse_condition

VALUES = {"test.accuracy": 0.9, "epochs": 3, "status": "trained", "data.validation": "dev.csv", "fused": True}


@pytest.mark.parametrize(
    "text, expected",
    [
        ("test.accuracy>0.9", Condition("test.accuracy", ">", "0.9")),
        (" epochs >= 3 ", Condition("epochs", ">=", "3")),
        ("status!=trained", Condition("status", "!=", "trained")),
        ("data.train=train[:2000]", Condition("data.train", "=", "train[:2000]")),
        ("status==trained", Condition("status", "==", "trained")),
    ],
)
def test_parse(text, expected):
    assert parse_condition(text) == expected


@pytest.mark.parametrize("text", ["", "accuracy", ">0.9", "accuracy>", "a b>1"])
def test_what_can_not_be_read(text):
    with pytest.raises(RunError, match="can't be read(.|\n)*test.accuracy>0.9") as told:
        parse_condition(text)
    assert told.value.kind == "usage"


@pytest.mark.parametrize(
    "text, expected",
    [
        ("test.accuracy>0.9", False),
        ("test.accuracy>=0.9", True),
        ("test.accuracy=0.90", True),
        ("test.accuracy<1", True),
        ("test.accuracy!=0.9", False),
        # As numbers, not as texts.
        ("epochs<10", True),
        ("epochs=3.0", True),
        ("epochs=three", False),
        ("epochs!=three", True),
        ("status=trained", True),
        ("status!=trained", False),
        ("status<u", True),
        ("data.validation=dev.csv", True),
        ("fused=true", True),
        ("fused=True", False),
        ("unknown!=1", False),
    ],
)
def test_holds(text, expected):
    assert holds(parse_condition(text), VALUES) is expected


def test_order_of_mixed_values():
    assert sorted(["b", 0.5, "a", 10, 2], key=order) == [0.5, 2, 10, "a", "b"]
