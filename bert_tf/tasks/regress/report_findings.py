"""What makes a score of numbers worth less than it seems."""

import numpy as np

from bert_tf.report.findings import Finding, length_findings
from bert_tf.report.measured import Measured
from bert_tf.scores import number_text, signed_text
from bert_tf.tasks.regress.measures import MAE
from bert_tf.tasks.regress.metrics import numbers_of

_NARROW = 0.5  # of the labels' standard deviation
_BIASED = 0.5  # of the mean absolute error


def number_findings(found: Measured) -> list[Finding]:
    """What is checked beside the checks for every task."""
    return [*_against_mean(found), *_narrow(found), *_biased(found), *length_findings(found)]


def _against_mean(found: Measured) -> list[Finding]:
    # Of one row, the interval is that row's error and tells nothing of chance.
    if len(found.rows) > 1 and found.score.high < found.metrics["baseline"]["mae"]:
        return []
    text = "The model is not significantly better than always predicting the mean of the training labels."
    return [Finding("bad", text, "errors")]


def _narrow(found: Measured) -> list[Finding]:
    expected, values = numbers_of(found.rows.answers)
    spread, spread_of_values = float(np.std(expected)), float(np.std(values))
    if not spread or spread_of_values >= _NARROW * spread:
        return []
    varied, labels = (number_text(each, spread) for each in (spread_of_values, spread))
    text = (
        f"Predictions vary by {varied} and labels by {labels} (standard "
        "deviations): large numbers are predicted too small, and small ones too large."
    )
    return [Finding("warning", text, "errors")]


def _biased(found: Measured) -> list[Finding]:
    expected, values = numbers_of(found.rows.answers)
    bias, error = float((values - expected).mean()), found.metrics[MAE.key]
    if not error or abs(bias) < _BIASED * error:
        return []
    side, shown = "large" if bias > 0 else "small", signed_text(bias, found.rows.answers.facts["std"])
    text = f"Numbers are predicted too {side} on average: predicted minus expected is {shown}."
    return [Finding("warning", text, "errors")]
