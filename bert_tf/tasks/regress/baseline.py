"""What a model that learnt nothing would reach: one that always answers the mean of the training labels."""

import numpy as np

from bert_tf.evaluation.split_metrics import Answers


def baseline(answers: Answers) -> dict[str, float]:
    """`value`, the number that is always answered, and its `mae` and `rmse` on N rows, 0 for no rows; and the labels'
    `std`, which says to how many digits numbers are told."""
    value, deviation = float(answers.facts["mean"]), float(answers.facts["std"])
    errors = answers.expected.astype(np.float64) - value
    if not len(errors):
        return {"value": value, "mae": 0.0, "rmse": 0.0, "std": deviation}
    mae, rmse = float(np.abs(errors).mean()), float(np.sqrt((errors**2).mean()))
    return {"value": value, "mae": mae, "rmse": rmse, "std": deviation}
