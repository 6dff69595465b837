"""The columns of predictions/*.parquet that tell of numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from bert_tf.evaluation.split_metrics import Answers
from bert_tf.tasks.regress.metrics import numbers_of


class RegressColumns:
    """See `Columns`. Kept are what is right and what was answered; for people there is the error as well."""

    kept = ("label", "predicted")
    of_label = ("label", "error")
    compared_facts = ()

    def fields(self, facts: Mapping[str, Any]) -> Sequence[pa.Field]:
        """`label`, `predicted` and `error`, float32."""
        return [pa.field(name, pa.float32()) for name in ("label", "predicted", "error")]

    def values(self, answers: Answers) -> Mapping[str, Any]:
        """The same by column; the error is what was predicted less the label."""
        expected, values = numbers_of(answers)
        errors = (values - expected).astype(np.float32)
        return {
            "label": answers.expected.astype(np.float32),
            "predicted": answers.outputs["value"].astype(np.float32),
            "error": errors,
        }

    def answers(self, table: pa.Table, facts: Mapping[str, Any]) -> Answers:
        """`expected`, float32 [N], and `value`, float32 [N]."""
        kept = {"mean": float(facts["mean"]), "std": float(facts["std"])}
        return Answers(table["label"].to_numpy(), {"value": table["predicted"].to_numpy()}, kept)
