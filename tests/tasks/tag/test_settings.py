import pytest

from bert_tf.errors import RecipeError
from bert_tf.tasks.recipes import load_recipe


def test_what_a_recipe_may_say_of_tags():
    recipe = load_recipe("ner-wnut", {"tag.tags": ["O", "B-X"], "tag.word_prefix": "en:", "tag.label_smoothing": 0.1})
    assert recipe.settings.model_dump() == {
        "tags": ("O", "B-X"), "word_prefix": "en:", "label_smoothing": 0.1,
        "head": "softmax", "word_vector": "first piece", "offsets": "characters",
    }  # fmt: skip
    # The first measure chooses the epoch.
    assert recipe.training.monitor == "validation.micro_f1"


def test_a_sequence_has_no_target_that_is_spread():
    changes = {"tag.head": "crf", "tag.label_smoothing": 0.1}
    with pytest.raises(RecipeError, match='label_smoothing needs head = "softmax"'):
        load_recipe("ner-wnut", changes)


@pytest.mark.parametrize(("key", "value"), [("tags", ["O"]), ("label_smoothing", 1.0), ("word_prefix", "x" * 17)])
def test_what_it_may_not(key, value):
    with pytest.raises(RecipeError, match=f"tag.{key}"):
        load_recipe("ner-wnut", {f"tag.{key}": value})
