from bert_tf.recipe.load_recipe import parse_overrides
from bert_tf.tasks.recipes import load_recipe
from bert_tf.workflow.proof.slice import slice_of


def test_splits_that_are_whole_are_cut_and_others_are_not():
    splits = {"data.train": "train", "data.validation": 0.1, "data.test": "test[:7]", "training.epochs": 5}
    found = parse_overrides(slice_of(load_recipe("imdb", splits), rows=90, epochs=2))
    assert found == {"data.train": "train[:90]", "training.epochs": 2}


def test_epochs_are_at_most_those_of_the_recipe():
    splits = {"data.train": "train[5:]", "data.validation": None, "data.test": "test", "training.epochs": 1}
    found = parse_overrides(slice_of(load_recipe("imdb", splits), rows=90, epochs=2))
    assert found == {"data.test": "test[:90]", "training.epochs": 1}
