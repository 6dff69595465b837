"""Which epochs are trained, and whether others go on from them."""

import pytest

from bert_tf.tasks.recipes import load_recipe
from bert_tf.workflow.training_scope import WHOLE, TrainingScope


@pytest.mark.parametrize(
    ("scope", "epochs", "is_part"),
    [(WHOLE, 3, False), (TrainingScope(until_epoch=2), 2, True), (TrainingScope(until_epoch=3), 3, False)],
)
def test_the_last_epoch(scope, epochs, is_part):
    recipe = load_recipe("bbc-news", {"training.epochs": 3})
    assert scope.epochs(recipe) == epochs
    assert scope.is_part(recipe) is is_part
