"""A slice of a recipe that trains in little time."""

from bert_tf.recipe.schema import Recipe
from bert_tf.runs.run_metrics import SPLITS


def slice_of(recipe: Recipe, *, rows: int, epochs: int) -> list[str]:
    """Overrides, `key=value`, that take a number of rows of each split that is named as a whole, and few epochs."""
    names = ((split, getattr(recipe.data, split)) for split in ("train", *SPLITS))
    whole = [(split, name) for split, name in names if isinstance(name, str) and not name.endswith("]")]
    few = f"training.epochs={min(epochs, recipe.training.epochs)}"
    return [few, *(f"data.{split}={name}[:{rows}]" for split, name in whole)]
