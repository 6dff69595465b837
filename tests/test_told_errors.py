"""What one process raises, another raises again."""

import json

import pytest

from bert_tf.errors import DataError, RunError, TrainingError
from bert_tf.told_errors import raised, told


@pytest.mark.parametrize(
    "error",
    [
        TrainingError("The disk is full.", hint="make room", kind="machine"),
        DataError("Two rows are bad:", where="a.csv", problems=["a.csv:1: no label", "a.csv:2: no text"]),
        RunError("A run can't be created here.", where="runs", kind="machine"),
    ],
)
def test_an_error_comes_back_as_it_was(error):
    again = raised(json.loads(json.dumps(told(error))))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert (again.kind, again.where, again.hint) == (error.kind, error.where, error.hint)
    assert getattr(again, "problems", ()) == getattr(error, "problems", ())
