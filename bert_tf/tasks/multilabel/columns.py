"""The columns of predictions/*.parquet that tell of sets of labels."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from bert_tf.evaluation.split_metrics import Answers
from bert_tf.export.label_probabilities import probability_columns
from bert_tf.tasks.multilabel.answered_labels import names_in, names_of, probabilities_of, selected_of

_FACTS = ("label_names", "label_shares", "thresholds")


class MultilabelColumns:
    """See `Columns`. Kept are yes or no for each label, and logits; for people there are names and probabilities."""

    kept = ("expected", "logits")
    of_label = ("labels", "expected")
    compared_facts = ("label_names",)

    def fields(self, facts: Mapping[str, Any]) -> Sequence[pa.Field]:
        """`labels`, `selected`, a `probability_…` of each label, `expected` and `logits`."""
        return [
            *(pa.field(name, pa.list_(pa.string())) for name in ("labels", "selected")),
            *(pa.field(name, pa.float32()) for name in probability_columns(facts["label_names"])),
            *(pa.field("expected", pa.list_(pa.bool_())), pa.field("logits", pa.list_(pa.float32()))),
        ]

    def values(self, answers: Answers) -> Mapping[str, Any]:
        """The same by column."""
        names, probabilities = names_of(answers), probabilities_of(answers).astype(np.float32)
        return {
            "labels": [names_in(row, names) for row in answers.expected],
            "selected": [names_in(row, names) for row in selected_of(answers)],
            **dict(zip(probability_columns(names), probabilities.T, strict=True)),
            "expected": list(answers.expected),
            "logits": list(answers.outputs["logits"].astype(np.float32)),
        }

    def answers(self, table: pa.Table, facts: Mapping[str, Any]) -> Answers:
        """`expected`, bool [N, C], and `logits`, float32 [N, C]."""
        known = {name: tuple(facts[name]) for name in _FACTS if name in facts}
        labels = len(known["label_names"])
        expected, logits = (
            table[name].combine_chunks().values.to_numpy(zero_copy_only=False).reshape(-1, labels) for name in self.kept
        )
        return Answers(expected, {"logits": logits}, known)
