"""What a model that learnt nothing would reach: one that always answers the mean of the training labels."""

import numpy as np

from bert_tf.evaluation.split_metrics import Answers


def baseline(answers: Answers) -> dict[str, float]:
    """`value`, the number that is always answered, and its `mae` and `rmse` on N rows, 0 for no rows."""
    value = float(answers.facts["mean"])
    errors = answers.expected.astype(np.float64) - value
    if not len(errors):
        return {"value": value, "mae": 0.0, "rmse": 0.0}
    return {"value": value, "mae": float(np.abs(errors).mean()), "rmse": float(np.sqrt((errors**2).mean()))}
