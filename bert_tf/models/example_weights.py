"""Weights of training examples."""

import numpy as np

from bert_tf.errors import RecipeError


def scaled_to_mean_one(
    weights: np.ndarray, *, where: str = "data.weight", hint: str = "remove data.weight, or set others"
) -> np.ndarray:
    """The same weights, float32 [N], with mean 1, so that learning rates mean the same with weights and without.

    Args:
        weights: float [N], not negative.
        where: The keys of the recipe that they come from.
        hint: What to do where all are zero.

    Raises:
        RecipeError: all weights are zero.
    """
    wide = weights.astype(np.float64)
    if not wide.sum() > 0:
        raise RecipeError("Every training example has weight 0.", where=where, hint=hint)
    return (wide / wide.mean()).astype(np.float32)
