"""Which epochs are trained, and whether others can go on from them."""

import pytest

from bert_tf.tasks.recipes import load_recipe
from bert_tf.workflow.training_scope import WHOLE, TrainingScope


@pytest.mark.parametrize(
    ("scope", "epochs", "keeps_state"),
    [(WHOLE, 3, False), (TrainingScope(until_epoch=2), 2, True), (TrainingScope(until_epoch=3), 3, False)],
)
def test_the_last_epoch_and_the_state(scope, epochs, keeps_state):
    recipe = load_recipe("bbc-news", {"training.epochs": 3})
    assert scope.epochs(recipe) == epochs
    assert scope.keeps_state(recipe) is keeps_state
