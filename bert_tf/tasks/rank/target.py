"""What a label of `rank` is in data: who liked the row's item, and when."""

import hashlib
import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from bert_tf.data.bad_rows import BadRows
from bert_tf.data.causes import Explanation, Surroundings
from bert_tf.data.checks import Refusal, check_identifier
from bert_tf.data.histories import Events, latest_parts
from bert_tf.data.labels import AlikeLabels, Spelling
from bert_tf.data.row_blocks import BlockItem, row_by_row
from bert_tf.data.rows import BadRow, Header, Item, Remark, Row
from bert_tf.data.target import Summary, Values
from bert_tf.errors import DataError, RecipeError
from bert_tf.plurals import counted
from bert_tf.ragged_rows import RaggedRows
from bert_tf.tasks.embed.stored_texts import join_texts, split_texts
from bert_tf.tasks.rank.event_time import check_time
from bert_tf.tasks.rank.item_file import FoundItem, ItemColumns, read_items
from bert_tf.tasks.rank.learned_features import LearnedFeatures, age_unit, learned_features
from bert_tf.tasks.regress.number_cell import check_number

if TYPE_CHECKING:
    from bert_tf.recipe.schema import Recipe
    from bert_tf.tasks.rank.settings import RankSettings

_TIME = struct.Struct("<d")
_NO_TEXT = "item without text"
# Of numbers from 1973 on as seconds, none is so many times another within a thousand years.
_LEAST_SECONDS, _TIMES_OF_A_UNIT = 1e8, 400


class Liked(NamedTuple):
    """An event: a user, a time of any unit, and what is known of the item beside its text, as of `FoundItem`."""

    user: str
    time: float
    features: tuple[str, ...] = ()


def check_recipe(recipe: "Recipe") -> None:
    """Raises RecipeError where a recipe wants what only other tasks can do."""
    data = recipe.data
    for key, is_there, why in (
        ("data.text_pair", data.text_pair is not None, "an item has one text"),
        ("data.labels", bool(data.labels), "items are learned by their texts, which have no place in a list"),
        ("data.merge_labels", data.merge_labels, "an item's text is taken as it is"),
        ("data.duplicates", data.duplicates == "drop", "an item stands in as many rows as users liked it"),
        ("model.dropout", recipe.model.dropout is not None, "rank has no head before which to drop"),
        ("text.long_texts", recipe.text.long_texts != "cut", "rank has one vector for a text, and cuts long ones"),
    ):
        if is_there:
            raise RecipeError(f"{key} can't be used: {why}.", where=key, hint=f"remove {key}")


class RankTarget:
    """See `Target`. A label is a `Liked`; which item it is of is the row's text.

    Args:
        settings: Of the recipe.
        text: Column of the item's text; with `settings.items` the name that it gets.
    """

    reads_whole_rows = True

    def __init__(self, settings: "RankSettings", text: str) -> None:
        self._settings, self._text = settings, text

    @property
    def columns(self) -> tuple[str, ...]:
        """User, time, and as far as they are there rating, id of the item and its features."""
        own = self._settings
        more = (own.rating, own.item if own.items else None, *own.features)
        return (own.user, own.time, *(column for column in more if column is not None))

    def read(self, items: Iterable[BlockItem]) -> Iterable[BlockItem]:
        """The rows whose item was liked, with its text."""
        rows = row_by_row(items)
        return self._rated(rows if self._settings.items is None else self._with_texts(rows, self._settings.items))

    def check(self, cells: Mapping[str, object]) -> Liked | Refusal:
        """User and time; a rating that is no number is refused as well."""
        own = self._settings
        if own.rating is not None and isinstance(rating := check_number(own.rating, cells[own.rating]), Refusal):
            return rating
        user = check_identifier(own.user, cells[own.user])
        if isinstance(user, Refusal):
            return user
        time = check_time(own.time, cells[own.time])
        if isinstance(time, Refusal):
            return time
        return Liked(user, time, tuple(str(cells[column]) for column in own.features))

    def resolve(self, value: Liked) -> Liked:
        """Itself: any user may come."""
        return value

    def spellings(self, value: Liked) -> Sequence[str]:
        """None: users are not counted."""
        return ()

    def with_labels_of(self, values: Sequence[Liked], spellings: Sequence[Spelling]) -> "RankTarget":
        """Itself."""
        return self

    def explain(self, found: BadRows, around: Surroundings) -> Explanation | None:
        """None: the rows' messages say it."""
        return None

    def draw(self, values: Values, *, shares: Sequence[float], seed: int, groups: np.ndarray | None) -> np.ndarray:
        """The latest events, whatever the seed: what comes later is never learned from."""
        times = np.array([value.time for value in values.distinct], np.float64)[values.codes]
        return latest_parts(times, shares)

    def learn(self, train: Values, *, where: str) -> "LearnedEvents":
        """Raises DataError where no user has two events, or as of `learned_features`."""
        users = Counter(train.distinct[code].user for code in train.codes)
        if max(users.values(), default=0) < 2:
            raise DataError(
                f"None of the {counted(len(users), 'user')} of train has two events, so that there is no history to "
                "learn from.",
                where=where,
                hint="use more rows, or another rank.user",
            )
        events = [train.distinct[code] for code in train.codes]
        _check_units([event.time for event in events], where=where)
        own = self._settings
        features = learned_features(own, [event.features for event in events], where=own.items or where)
        unit = age_unit([(event.user, event.time) for event in events]) if own.event_age else None
        return LearnedEvents(own.history, features=features, age_unit=unit)

    def _rated(self, items: Iterable[Item]) -> Iterator[Item]:
        """Without the rows whose rating is below the limit; how many they are is said at the end."""
        column, least, left_out = self._settings.rating, self._settings.liked_from, 0
        for item in items:
            if isinstance(item, Row) and column is not None and least is not None:
                rating = check_number(column, item.values.get(column))
                if not isinstance(rating, Refusal) and rating < least:
                    left_out += 1
                    continue
            yield item
        if left_out:
            yield Remark(f"{counted(left_out, 'row')} left out, whose {column} is below {least:g}")

    def _with_texts(self, items: Iterable[Item], pattern: str) -> Iterator[Item]:
        own = self._settings
        columns = ItemColumns(own.item, own.item_texts, own.categories, own.numbers)
        found = read_items(pattern, columns)
        added = (*own.features, self._text)
        for item in items:
            if isinstance(item, Header):
                # JSON lines tell no columns.
                others = tuple(column for column in item.columns if column not in added)
                yield item._replace(columns=(*others, *added) if others else ())
            elif isinstance(item, Row) and own.item in item.values:
                yield self._with_text(item, found)
            else:
                yield item

    def _with_text(self, row: Row, found: Mapping[str, FoundItem]) -> Row | BadRow:
        item = check_identifier(self._settings.item, row.values[self._settings.item])
        if isinstance(item, Refusal):
            return BadRow(row.number, item.reason, item.message, row.lines)
        if item not in found:
            return BadRow(row.number, _NO_TEXT, f"the file of items has no item {item!r}", row.lines)
        text, cells = found[item]
        if text is None:
            return BadRow(row.number, _NO_TEXT, f"the item {item!r} has no text", row.lines)
        features = dict(zip(self._settings.features, cells, strict=True))
        return row._replace(values={**row.values, **features, self._text: text})


def _check_units(times: Sequence[float], *, where: str) -> None:
    """Raise DataError where some times are in seconds since 1970 and others in thousandths of them."""
    least, most = min(times), max(times)
    if least >= _LEAST_SECONDS and most >= _TIMES_OF_A_UNIT * least:
        raise DataError(
            f"The times of train are of several units: from {least:.0f} to {most:.0f}.",
            where=where,
            hint="write all of them in the same unit, such as seconds since 1970; dates are read as these",
        )


class LearnedEvents:
    """See `LearnedTarget`. A label is stored as bytes: user and time as texts; see `stored_texts`.

    Args:
        history: Items that are read of a history, at most.
        features: What is read of an item beside its text, if anything.
        age_unit: What ages of events are divided by, above 0; None where they are not read.
    """

    type = pa.list_(pa.uint8())
    names: tuple[str, ...] = ()
    repeats_texts = True

    def __init__(self, history: int, *, features: LearnedFeatures | None = None, age_unit: float | None = None) -> None:
        self._history, self._features, self._age_unit = history, features, age_unit

    @property
    def facts(self) -> Mapping[str, Any]:
        """`history`: items that are read of one, at most; `features` and `age_unit` where there are any."""
        features = {} if self._features is None else self._features.facts
        return {
            "history": self._history,
            **features,
            **({} if self._age_unit is None else {"age_unit": self._age_unit}),
        }

    def encode(self, label: Liked) -> list[int]:
        """Bytes."""
        return list(join_texts([label.user.encode(), repr(label.time).encode(), *map(str.encode, label.features)]))

    def content(self, label: Liked) -> bytes:
        """Time, user and features."""
        return _TIME.pack(label.time) + join_texts([label.user.encode(), *map(str.encode, label.features)])

    def alike(self, spellings: Sequence[Spelling]) -> Sequence[AlikeLabels]:
        """None."""
        return ()

    def summary(self, targets: Mapping[str, RaggedRows]) -> Summary:
        """How many users there are, and how many events each of them has."""
        return Summary(
            key="users",
            heading="events",
            by_split={split: _figures(Counter(users_of(rows))) for split, rows in targets.items()},
        )

    def groups(self, targets: RaggedRows) -> Mapping[str, np.ndarray]:
        """All rows."""
        return {"events": np.arange(len(targets))}


def stored_events(rows: RaggedRows) -> list[Liked]:
    """User, time and features of each of N rows, uint8 [N, bytes]."""
    return [
        Liked(user.decode(), float(time), tuple(cell.decode() for cell in features))
        for user, time, *features in split_texts(rows)
    ]


def users_of(rows: RaggedRows) -> list[str]:
    """The user of each of N rows."""
    return [user.decode() for user, *_ in split_texts(rows)]


def events_of(rows: RaggedRows, facts: Mapping[str, Any]) -> Events:
    """Users as numbers, times, and features.

    Args:
        rows: As they are stored.
        facts: As of `LearnedEvents`.
    """
    found = stored_events(rows)
    digests = [hashlib.blake2b(event.user.encode(), digest_size=8).digest() for event in found]
    users = [int.from_bytes(digest, signed=True) for digest in digests]
    times = [event.time for event in found]
    features = [event.features for event in found]
    return Events(np.array(users, np.int64), np.array(times, np.float64), facts["history"], features)


def _figures(events: Counter[str]) -> dict[str, float]:
    counts = list(events.values())
    return {
        "users": len(counts),
        "median of a user": float(np.median(counts)) if counts else 0.0,
        "most of a user": max(counts, default=0),
    }
