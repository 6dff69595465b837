"""The columns of predictions/*.parquet that tell of single labels."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from scipy.special import softmax

from bert_tf.evaluation.split_metrics import Answers
from bert_tf.export.label_probabilities import probability_columns


class ClassifyColumns:
    """See `Columns`. Kept are label ids and logits; for people there are names and probabilities as well."""

    kept = ("label_id", "logits")
    of_label = ("label", "label_id")
    compared_facts = ("label_names",)

    def fields(self, facts: Mapping[str, Any]) -> Sequence[pa.Field]:
        """`label`, `predicted`, `score`, a `probability_…` of each label, `label_id` and `logits`."""
        return [
            *(pa.field(name, pa.string()) for name in ("label", "predicted")),
            *(pa.field(name, pa.float32()) for name in ("score", *probability_columns(facts["label_names"]))),
            *(pa.field("label_id", pa.int32()), pa.field("logits", pa.list_(pa.float32()))),
        ]

    def values(self, answers: Answers) -> Mapping[str, Any]:
        """The same by column."""
        label_names, logits = answers.facts["label_names"], answers.outputs["logits"].astype(np.float32)
        names = pa.array(label_names, pa.string())
        probabilities = softmax(logits.astype(np.float64), axis=-1).astype(np.float32)
        return {
            "label": names.take(pa.array(answers.expected)),
            "predicted": names.take(pa.array(logits.argmax(-1))),
            "score": probabilities.max(-1),
            **dict(zip(probability_columns(label_names), probabilities.T, strict=True)),
            "label_id": answers.expected,
            "logits": list(logits),
        }

    def answers(self, table: pa.Table, facts: Mapping[str, Any]) -> Answers:
        """Label ids as `expected`, int32 [N], and `logits`, float32 [N, C]."""
        label_names = tuple(facts["label_names"])
        logits = table["logits"].combine_chunks().values.to_numpy().reshape(-1, len(label_names))
        return Answers(table["label_id"].to_numpy(), {"logits": logits}, {"label_names": label_names})
