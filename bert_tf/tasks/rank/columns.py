"""The columns of predictions/*.parquet that tell of rankings of items."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from bert_tf.evaluation.item_ranking import TOP
from bert_tf.evaluation.split_metrics import Answers
from bert_tf.ragged_rows import RaggedRows
from bert_tf.tasks.embed.stored_texts import as_rows, first_texts, join_texts, split_texts
from bert_tf.tasks.rank.metrics import BASELINES, unit_of
from bert_tf.tasks.rank.target import stored_events

_NUMBERS: Mapping[str, pa.DataType] = {
    "rank": pa.int32(),
    "among": pa.int32(),
    "items": pa.int32(),
    "score": pa.float32(),
    "wrong_score": pa.float32(),
    "is_new": pa.bool_(),
    "liked_before": pa.int32(),
    **{f"{name}_rank": pa.int32() for name in BASELINES},
}
_TOPS = ("top", *(f"{name}_top" for name in BASELINES))


class RankColumns:
    """See `Columns`. All are kept: vectors are not, so that nothing can be ranked anew without the model."""

    kept = ("user", "time", *_NUMBERS, "first_other", "history", *_TOPS)
    of_label = ("user", "time")
    compared_facts = ()

    def fields(self, facts: Mapping[str, Any]) -> Sequence[pa.Field]:
        """`user` and `time`; the `rank` of the row's item `among` how many of all `items`, its `score`, and the
        `first_other` with its `wrong_score`; whether the item `is_new`; how many items the user `liked_before`, and
        the newest of them, `history`; numbers of the first ten items, `top`; and ranks and first items of the
        rankings that it is held against."""
        kinds = {
            "user": pa.string(),
            "time": pa.float64(),
            **_NUMBERS,
            "first_other": pa.string(),
            "history": pa.list_(pa.string()),
            **dict.fromkeys(_TOPS, pa.list_(pa.int32())),
        }
        return [pa.field(name, kinds[name]) for name in self.kept]

    def values(self, answers: Answers) -> Mapping[str, Any]:
        """The same by column."""
        outputs, events = answers.outputs, stored_events(answers.expected)
        return {
            "user": [event.user for event in events],
            "time": [event.time for event in events],
            "first_other": first_texts(outputs["wrong"]),
            "history": [[text.decode() for text in row if text] for row in split_texts(outputs["history"])],
            **{name: outputs[name] for name in _NUMBERS},
            **{name: list(outputs[name]) for name in _TOPS},
        }

    def answers(self, table: pa.Table, facts: Mapping[str, Any]) -> Answers:
        """Users and times as `expected`, `RaggedRows` of uint8, and what `item_outputs` and `ItemBaselines` gave."""
        events = zip(table["user"].to_pylist(), table["time"].to_pylist(), strict=True)
        expected = _as_rows([[user, repr(time)] for user, time in events])
        outputs = {
            **{name: table[name].to_numpy() for name in _NUMBERS},
            **{name: _tops(table[name]) for name in _TOPS},
            "wrong": as_rows(table["first_other"].to_pylist()),
            "history": _as_rows(table["history"].to_pylist()),
        }
        answers = Answers(expected, outputs, {"history": int(facts["history"])})
        return Answers(answers.expected, answers.outputs, answers.facts, unit_of(answers))


def _as_rows(rows: Sequence[Sequence[str]]) -> RaggedRows:
    encoded = [join_texts([text.encode() for text in row]) for row in rows]
    lengths = np.array([len(row) for row in encoded], np.int64)
    return RaggedRows.of_lengths(np.frombuffer(b"".join(encoded), np.uint8), lengths)


def _tops(column: pa.ChunkedArray) -> np.ndarray:
    return column.combine_chunks().flatten().to_numpy().reshape(len(column), TOP).astype(np.int32)
