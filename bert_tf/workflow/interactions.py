"""Which item each row is of, and its user's history, for a task that ranks items for users."""

import dataclasses
import functools
from collections.abc import Mapping, Sequence

import numpy as np

from bert_tf.batches.cache import TokenCache, Tokenizing
from bert_tf.data.examples import Examples
from bert_tf.data.histories import Events, Histories, histories_of
from bert_tf.errors import DataError
from bert_tf.plurals import counted
from bert_tf.tasks.task import Task
from bert_tf.workflow.item_inputs import known_features
from bert_tf.workflow.listed_texts import ListedTexts

_ROWS = 2048  # texts that are read at once


@dataclasses.dataclass(frozen=True, eq=False)
class Interactions:
    """Of N rows of a split. An item is its text; items are numbered as they first appear, those of train first.

    Attributes:
        texts: Of all items in UTF-8, by number; the first is empty and stands for none.
        tokens: Their ids.
        items: The item of each row, int32 [N].
        histories: What its user liked before.
        longest: Items that are read of a history, at most.
        counts: Training events of each item, int64 [items].
        known: How many items there are up to the end of this split: those up to this number are ranked.
        users: Equal where users are, int64 [N].
        reads_age: Whether it matters how long ago an item was liked.
        cells: What is known of each item beside its text, by number, as of `ItemFeatures.columns`; None where the
            recipe names nothing.
        features: The same as `ItemFeatures` gives it, float32 [items, F]; zeros of the empty one.
        unknown: By column, how many items of this split that train doesn't have are of a category which is not known.
    """

    texts: Sequence[bytes]
    tokens: TokenCache
    items: np.ndarray
    histories: Histories
    longest: int
    counts: np.ndarray
    known: int
    users: np.ndarray
    reads_age: bool = False
    cells: Sequence[tuple[str, ...]] | None = None
    features: np.ndarray | None = None
    unknown: Mapping[str, int] = dataclasses.field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.items)

    def head(self, rows: int) -> "Interactions":
        """Those of the first rows."""
        return dataclasses.replace(
            self, items=self.items[:rows], histories=self.histories[:rows], users=self.users[:rows]
        )

    @property
    def read(self) -> np.ndarray:
        """What is read of each history, the newest item first and 0 behind them, int32 [N, longest]."""
        return self.histories.newest(self.longest)

    @functools.cached_property
    def ages(self) -> np.ndarray:
        """How long ago the items that are read were liked, and 0 behind them; float32 [N, longest]."""
        return self.histories.ages(self.longest)

    @property
    def numbers(self) -> np.ndarray:
        """Training events of the row's item, the item, and what is read of the history, int32 [N, 2 + longest]; where
        it matters, behind them the bits of `ages`, [N, 2 + 2 longest]."""
        counts = self.counts[self.items].astype(np.int32)
        bits = [self.ages.view(np.int32)] if self.reads_age else []
        return np.concatenate([counts[:, np.newaxis], self.items[:, np.newaxis], self.read, *bits], 1)

    @property
    def is_new(self) -> np.ndarray:
        """Whether the item has no training event, bool [N]."""
        return self.counts[self.items] == 0

    @property
    def cut(self) -> int:
        """How many histories are longer than what is read of them."""
        return int((self.histories.lengths > self.longest).sum())


def interactions(task: Task, examples: Mapping[str, Examples], tokenizing: Tokenizing) -> Mapping[str, Interactions]:
    """Those of each split; empty for a task that ranks no items.

    Args:
        task: Of the recipe.
        examples: By split, in the order of time, train first.
        tokenizing: Of the rows and of the items.

    Raises:
        DataError: a split begins before the one before it has ended, or train has one item only.
    """
    events_of = task.events
    if events_of is None:
        return {}
    events = {split: events_of(rows.targets, rows.facts) for split, rows in examples.items()}
    _check_times(events)
    number_of = {b"": 0}
    items: dict[str, np.ndarray] = {}
    known: dict[str, int] = {}
    for split, rows in examples.items():
        numbers = [number_of.setdefault(text, len(number_of)) for text in _texts(rows)]
        items[split], known[split] = np.array(numbers, np.int32), len(number_of) - 1
    if known["train"] < 2:
        raise DataError(
            "The train split has one item, so that every ranking is right.",
            where="data.train",
            hint="use more rows, or another data.text",
        )
    texts = list(number_of)
    tokens = tokenizing.token_ids(ListedTexts(texts))
    counts = np.bincount(items["train"], minlength=len(texts))
    features = known_features(events, items, facts=examples["train"].facts)
    found: dict[str, Interactions] = {}
    for split in examples:
        so_far = list(examples)[: len(found) + 1]
        histories = histories_of([events[name] for name in so_far], [items[name] for name in so_far])
        made = Interactions(
            texts, tokens, items[split], histories, events[split].longest, counts, known[split], events[split].users
        )
        reads_age = "age_unit" in examples["train"].facts
        found[split] = dataclasses.replace(made, reads_age=reads_age, **features.get(split, {}))
    return found


def _check_times(events: Mapping[str, Events]) -> None:
    """Nothing that is learned from may lie behind what is measured: it would be known before it happened."""
    ends: list[tuple[str, float]] = []
    for split, found in events.items():
        for before, end in ends:
            early = int((found.times <= end).sum())
            if early:
                raise DataError(
                    f"The {split} split is not later than {before}: {counted(early, 'event')} of it "
                    f"{'has' if early == 1 else 'have'} a time up to {end:.16g}, the last one of {before}.",
                    where=f"data.{split}",
                    hint=f"divide the events by time, or draw a share, which takes the latest ones: data.{split} = 0.1",
                )
        ends.append((split, float(found.times.max())))


def _texts(rows: Examples) -> list[bytes]:
    return [text for start in range(0, len(rows), _ROWS) for text in rows.texts(start, start + _ROWS)]
