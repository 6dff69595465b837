"""The choice of the probability from which on a text gets a label."""

import numpy as np

from bert_tf.evaluation.split_metrics import Answers
from bert_tf.tasks.multilabel.answered_labels import UNCHOSEN, Answered, probabilities_of


def with_thresholds(answers: Answered) -> Answers:
    """Answers that have thresholds among their facts: those of the run, else the best on these rows."""
    facts = answers.facts
    if "thresholds" not in facts:
        facts = {**facts, "thresholds": best_thresholds(answers.expected, probabilities_of(answers))}
    return Answers(answers.expected, answers.outputs, facts)


def best_thresholds(expected: np.ndarray, probabilities: np.ndarray) -> list[float]:
    """For each label the threshold with the largest F1 on these rows.

    It lies midway between the two probabilities that it divides, in float32 as they are served; between neighbours of
    float32 it is the upper one. Of equally good ones the smallest is taken, which selects the label most often; a label
    that no row has keeps 0.5.

    Args:
        expected: Whether a row has a label, bool [N, C].
        probabilities: float [N, C].

    Returns:
        C numbers that float32 holds.
    """
    return [
        _best(expected[:, label], np.nan_to_num(probabilities[:, label].astype(np.float32)))
        for label in range(expected.shape[1])
    ]


def _best(expected: np.ndarray, probabilities: np.ndarray) -> float:
    if not expected.any():
        return UNCHOSEN
    order = np.argsort(-probabilities, kind="stable")
    falling, hits = probabilities[order], np.cumsum(expected[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + hits[-1])
    following = np.append(falling[1:], np.float32(0.0))
    # Rows with one probability are selected together.
    f1[:-1][falling[:-1] == following[:-1]] = -1.0
    last = len(f1) - 1 - int(f1[::-1].argmax())
    upper, lower = falling[last], following[last]
    middle = np.float32((float(upper) + float(lower)) / 2)
    return float(middle if middle > lower else upper)
