"""The columns of predictions/*.parquet that tell of entities."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from bert_tf.evaluation.split_metrics import Answers
from bert_tf.ragged_rows import RaggedRows
from bert_tf.tasks.tag.answered_entities import tagged_rows
from bert_tf.tasks.tag.word_tags import tag_names

_PLACE = [pa.field("start", pa.int32()), pa.field("end", pa.int32()), pa.field("label", pa.string())]
_ENTITIES = pa.list_(pa.struct(_PLACE))
ANSWERED = pa.list_(pa.struct([*_PLACE, pa.field("score", pa.float32())]))
_WORD = 4  # numbers of a word: see `align`


class TagColumns:
    """See `Columns`. Kept are what is expected of each word, its logits and its tag; for people there are entities."""

    kept = ("words", "logits", "tags")
    of_label = ("entities", "words")
    compared_facts = ("label_names",)

    def fields(self, facts: Mapping[str, Any]) -> Sequence[pa.Field]:
        """`entities` and `predicted`, each with `start`, `end` and `label`; `words` and `logits`, flat, and `tags`."""
        return [
            pa.field("entities", _ENTITIES),
            pa.field("predicted", ANSWERED),
            pa.field("words", pa.list_(pa.int32())),
            pa.field("logits", pa.list_(pa.float32())),
            pa.field("tags", pa.list_(pa.int32())),
        ]

    def values(self, answers: Answers) -> Mapping[str, Any]:
        """The same by column."""
        rows = tagged_rows(answers)
        numbers = range(len(rows))
        return {
            "entities": [
                [{"start": mark.start, "end": mark.end, "label": mark.type} for mark in rows.expected_marks(row)]
                for row in numbers
            ],
            "predicted": [
                [
                    {"start": mark.start, "end": mark.end, "label": mark.type, "score": mark.score}
                    for mark in rows.predicted_marks(row)
                ]
                for row in numbers
            ],
            "words": [words.reshape(-1) for words in answers.expected],
            "logits": [logits.astype(np.float32).reshape(-1) for logits in answers.outputs["logits"]],
            "tags": list(answers.outputs["tags"]),
        }

    def answers(self, table: pa.Table, facts: Mapping[str, Any]) -> Answers:
        """What is expected of words, int32 [N, words, 4], and `logits`, float32, and `tags`, int32, of those that were
        read."""
        types = tuple(facts["label_names"])
        words, logits = _ragged(table["words"], _WORD), _ragged(table["logits"], len(tag_names(types)))
        tags = RaggedRows(_ragged(table["tags"], 1).values[:, 0], logits.splits)
        return Answers(words, {"logits": logits, "tags": tags}, {"label_names": types})


def _ragged(column: pa.ChunkedArray, width: int) -> RaggedRows:
    whole = column.combine_chunks()
    values = whole.flatten().to_numpy(zero_copy_only=False).reshape(-1, width)
    return RaggedRows.of_lengths(values, whole.value_lengths().to_numpy(zero_copy_only=False) // width)
