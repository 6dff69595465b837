"""The columns of predictions/*.parquet that tell of rankings."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from bert_tf.evaluation.split_metrics import Answers
from bert_tf.tasks.embed.stored_texts import BY_LABEL, as_rows, first_texts


class EmbedColumns:
    """See `Columns`. All are kept: vectors are not, so that nothing can be ranked anew without the model."""

    kept = ("right", "rank", "among", "score", "nearest_wrong", "wrong_score", "ranks", "map")
    of_label = ("right",)
    compared_facts = ()

    def fields(self, facts: Mapping[str, Any]) -> Sequence[pa.Field]:
        """`right`, the text to be found, its `rank` and how many it is `among`, its cosine `score`; `nearest_wrong`,
        the nearest other text, its `wrong_score`; `ranks` of vectors that are cut; the row's place on a `map`, as of
        `places_on_map`. Where texts belong together by a label, `right` is the label."""
        numbers = (pa.list_(pa.int32()), pa.list_(pa.float32(), 2))
        kinds = (pa.string(), pa.int32(), pa.int32(), pa.float32(), pa.string(), pa.float32(), *numbers)
        return [pa.field(name, kind) for name, kind in zip(self.kept, kinds, strict=True)]

    def values(self, answers: Answers) -> Mapping[str, Any]:
        """The same by column."""
        outputs = answers.outputs
        return {
            "right": first_texts(answers.expected),
            "nearest_wrong": first_texts(outputs["wrong"]),
            "ranks": list(outputs["ranks"]),
            "map": list(outputs["map"]),
            **{name: outputs[name] for name in ("rank", "among", "score", "wrong_score")},
        }

    def answers(self, table: pa.Table, facts: Mapping[str, Any]) -> Answers:
        """The right texts as `expected`, `RaggedRows` of uint8, and what `ranked_outputs` gave."""
        dimensions = tuple(facts["dimensions"])
        ranks = table["ranks"].combine_chunks().flatten().to_numpy().reshape(len(table), len(dimensions))
        outputs = {
            **{name: table[name].to_numpy() for name in ("rank", "among", "score", "wrong_score")},
            "wrong": as_rows(table["nearest_wrong"].to_pylist()),
            "ranks": ranks.astype(np.int32),
            "map": table["map"].combine_chunks().flatten().to_numpy().reshape(-1, 2),
        }
        known = {"dimensions": dimensions, **({BY_LABEL: True} if facts.get(BY_LABEL) else {})}
        return Answers(as_rows(table["right"].to_pylist()), outputs, known)
