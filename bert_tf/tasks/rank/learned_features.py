"""What the training events tell of items beside their texts: which categories there are, and how numbers are spread."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bert_tf.errors import DataError

if TYPE_CHECKING:
    from bert_tf.tasks.rank.settings import RankSettings

_FEWEST = 2  # events of a category that gets a vector of its own
_MOST = 1000  # categories of a column that get one


@dataclass(frozen=True)
class LearnedFeatures:
    """As of `bert_tf.models.item_features.ItemFeatures`, which is made of these facts.

    Attributes:
        categories: Known ones, by column.
        numbers: Mean and standard deviation, by column.
        separator: Stands between the categories of a cell.
    """

    categories: Mapping[str, Sequence[str]]
    numbers: Mapping[str, tuple[float, float]]
    separator: str

    @property
    def facts(self) -> Mapping[str, Any]:
        """`features`, JSON-able."""
        kept = {"categories": {column: list(names) for column, names in self.categories.items()}}
        numbers = {column: list(standard) for column, standard in self.numbers.items()}
        return {"features": {**kept, "numbers": numbers, "separator": self.separator}}


def learned_features(
    settings: "RankSettings", events: Sequence[tuple[str, ...]], *, where: str
) -> LearnedFeatures | None:
    """What is known of features after the training events; None where the recipe has none.

    A category that one event only has, or that is not among the thousand most frequent of its column, shares a vector
    with all that are not known.

    Args:
        settings: Name the columns.
        events: Cells of each, as of `FoundItem`.
        where: What the items were read from.

    Raises:
        DataError: no item of a training event has a category or a number in a column, or all have the same number.
    """
    if not settings.features:
        return None
    columns = dict(zip(settings.features, zip(*events, strict=True), strict=True))
    categories = {
        column: _categories(column, columns[column], settings.separator, where=where) for column in settings.categories
    }
    numbers = {column: _standard(column, columns[column], where=where) for column in settings.numbers}
    return LearnedFeatures(categories, numbers, settings.separator)


def age_unit(events: Sequence[tuple[str, float]]) -> float:
    """The median time between an event and the next later one of the same user; 1 where nobody has two.

    Args:
        events: User and time of each.
    """
    times: defaultdict[str, set[float]] = defaultdict(set)
    for user, time in events:
        times[user].add(time)
    gaps = [gap for own in times.values() for gap in np.diff(sorted(own))]
    return float(np.median(gaps)) if gaps else 1.0


def _categories(column: str, cells: Sequence[str], separator: str, *, where: str) -> list[str]:
    found = Counter(name for cell in cells for part in cell.split(separator) if (name := part.strip()))
    known = sorted(name for name, events in found.most_common(_MOST) if events >= _FEWEST)
    if not known:
        raise DataError(
            f"No category of {column} occurs in two training events.",
            where=where,
            hint=f"remove {column!r} from rank.categories, or check rank.separator, which is {separator!r}",
        )
    return known


def _standard(column: str, cells: Sequence[str], *, where: str) -> tuple[float, float]:
    numbers = np.array([float(cell) for cell in cells if cell], np.float64)
    if not len(numbers) or numbers.std() == 0:
        same = f"is {numbers[0]:g} at" if len(numbers) else "is empty at"
        raise DataError(
            f"{column} {same} the items of all training events, so that nothing can be learned from it.",
            where=where,
            hint=f"remove {column!r} from rank.numbers",
        )
    return float(numbers.mean()), float(numbers.std())
