"""Which epochs are trained, and whether others go on from them."""

import pytest

from bert_tf.workflow.training_scope import WHOLE, TrainingScope


@pytest.mark.parametrize(
    ("scope", "epochs", "is_part"),
    [(WHOLE, 3, False), (TrainingScope(until_epoch=2), 2, True), (TrainingScope(until_epoch=3), 3, False)],
)
def test_the_last_epoch(scope, epochs, is_part):
    assert scope.last_epoch(3) == epochs
    assert scope.is_part(3) is is_part
