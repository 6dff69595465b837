"""What is measured of entities: precision, recall and F1 of those that are found whole and with the right type.

seqeval's default mode, https://github.com/chakki-works/seqeval; `strict_f1` is its strict mode for IOB2, which has no
entity without a tag to begin it.
"""

from typing import Any

import numpy as np

from bert_tf.evaluation.row_statistics import RowStatistics
from bert_tf.evaluation.split_metrics import Answers, score_intervals
from bert_tf.tasks.tag.answered_entities import TaggedRows, tagged_rows
from bert_tf.tasks.tag.measures import FOLLOWED, OTHERS
from bert_tf.tasks.tag.word_tags import TAG

_OF_ALL = 6  # columns of statistics behind those of types


class TagMetrics:
    """See `Metrics`. What is expected of words is as of `align`, the output is `logits` of those that were read."""

    measures = (*FOLLOWED, *OTHERS)

    def after_epoch(self, answers: Answers) -> dict[str, float]:
        """`micro_f1`, `macro_f1` and `word_accuracy`."""
        figures = self.figures(answers)
        return {measure.key: figures[measure.key] for measure in FOLLOWED}

    def figures(self, answers: Answers) -> dict[str, float]:
        """All measures."""
        scores = self.score(self.statistics(answers).sums())
        return {measure.key: float(scores[measure.key]) for measure in self.measures}

    def tables(self, answers: Answers) -> dict[str, Any]:
        """`per_class`: figures by type; `intervals`, 95%, of the measures."""
        hits, expected, predicted = np.split(self.statistics(answers).sums()[:-_OF_ALL], 3)
        columns = {
            "precision": _shares(hits, predicted),
            "recall": _shares(hits, expected),
            "f1": _shares(2 * hits, expected + predicted),
        }
        per_type = {
            name: {
                **{key: float(values[place]) for key, values in columns.items()},
                "support": int(expected[place]),
                "predicted": int(predicted[place]),
            }
            for place, name in enumerate(answers.facts["label_names"])
        }
        intervals = {key: list(interval) for key, interval in score_intervals(self, answers).items()}
        return {"per_class": per_type, "intervals": intervals}

    def statistics(self, answers: Answers) -> RowStatistics:
        """By type, entities found, expected and predicted; then of all types: found and predicted in strict mode, words
        with the right tag, words, whether all entities are right, and 1."""
        rows = tagged_rows(answers)
        table, line_of = np.unique(_statistics(rows), axis=0, return_inverse=True)
        predicted, expected = len(rows.predicted.rows), len(rows.expected.rows)
        # F1 is of twice the entities found, among those predicted and those expected.
        of_f1 = dict.fromkeys(("micro_f1", "macro_f1", "strict_f1"), (predicted + expected) // 2)
        return RowStatistics(table, line_of.reshape(-1), {"precision": predicted, "recall": expected, **of_f1})

    def score(self, sums: np.ndarray) -> dict[str, np.ndarray]:
        """All measures; a share of nothing is 0. Macro F1 is over the types that are expected or predicted."""
        by_type, of_all = sums[..., :-_OF_ALL], sums[..., -_OF_ALL:]
        hits, expected, predicted = np.split(by_type, 3, axis=-1)
        strict_hits, strict, right, words, exact, rows = np.moveaxis(of_all, -1, 0)
        f1 = _shares(2 * hits, expected + predicted)
        found, there, said = hits.sum(-1), expected.sum(-1), predicted.sum(-1)
        return {
            "micro_f1": _shares(2 * found, there + said),
            "macro_f1": _shares(f1.sum(-1), (expected + predicted > 0).sum(-1)),
            "word_accuracy": _shares(right, words),
            "precision": _shares(found, said),
            "recall": _shares(found, there),
            "strict_f1": _shares(2 * strict_hits, there + strict),
            "exact_match": exact / rows,
        }


def _statistics(rows: TaggedRows) -> np.ndarray:
    """float64 [N, 3 types + 6]."""
    types, count = len(rows.types), len(rows)
    table = np.zeros((count, 3 * types + _OF_ALL))
    expected, predicted = rows.expected, rows.predicted
    begins = rows.tags.values[predicted.firsts] % 2 == 1
    np.add.at(table, (expected.rows[rows.found], expected.types[rows.found]), 1)
    np.add.at(table, (expected.rows, types + expected.types), 1)
    np.add.at(table, (predicted.rows, 2 * types + predicted.types), 1)
    right_tags = rows.tags.values == rows.words.values[:, TAG]
    own = [
        np.bincount(predicted.rows[rows.right & begins], minlength=count),
        np.bincount(predicted.rows[begins], minlength=count),
        np.bincount(rows.words.row_of[right_tags], minlength=count),
        rows.words.lengths,
        rows.is_right,
        np.ones(count),
    ]
    table[:, 3 * types :] = np.stack(own, axis=1)
    return table


def _shares(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.zeros(np.shape(whole)), where=np.asarray(whole) > 0)
