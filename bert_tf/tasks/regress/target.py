"""What a label of `regress` is in data: a number for each text."""

import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from bert_tf.data.bad_rows import BadRows
from bert_tf.data.causes import Explanation, Surroundings
from bert_tf.data.checks import Refusal
from bert_tf.data.fractions import stratified_parts
from bert_tf.data.labels import AlikeLabels, Spelling
from bert_tf.data.row_blocks import BlockItem
from bert_tf.data.target import Summary, Values
from bert_tf.errors import DataError, RecipeError
from bert_tf.plurals import counted
from bert_tf.tasks.regress.number_cell import check_number
from bert_tf.tasks.regress.refused_numbers import explain_refused_numbers

if TYPE_CHECKING:
    from bert_tf.recipe.data_keys import Data

_STRATA, _ROWS_OF_STRATUM = 10, 20
_LEAST_DEVIATION = 1e-30  # float32 divides by it
_THIRDS = ("low", "middle", "high")


def label_column(data: "Data") -> str:
    """The column of numbers; raises RecipeError where a recipe says of them what only names of labels can have."""
    for key, value in (("data.labels", data.labels), ("data.merge_labels", data.merge_labels)):
        if value:
            raise RecipeError(
                "Labels of this recipe are numbers, which have no names.", where=key, hint=f"remove {key}"
            )
    return data.label


class RegressTarget:
    """See `Target`. A label is a number, `float`.

    Args:
        column: Where it stands.
        has_commas: As of `check_number`.
    """

    reads_whole_rows = False

    def __init__(self, column: str, *, has_commas: bool = False) -> None:
        self._column, self._has_commas = column, has_commas

    @property
    def columns(self) -> tuple[str, ...]:
        """One."""
        return (self._column,)

    def read(self, items: Iterable[BlockItem]) -> Iterable[BlockItem]:
        """As they are."""
        return items

    def check(self, cells: Mapping[str, object]) -> float | Refusal:
        """The number; finite."""
        return check_number(self._column, cells[self._column], has_commas=self._has_commas)

    def resolve(self, value: float) -> float:
        """Itself: any number may come."""
        return value

    def spellings(self, value: float) -> Sequence[str]:
        """None: numbers are not counted."""
        return ()

    def with_labels_of(self, values: Sequence[float], spellings: Sequence[Spelling]) -> "RegressTarget":
        """Itself."""
        return self

    def explain(self, found: BadRows, around: Surroundings) -> Explanation | None:
        """Which labels are no numbers, and what to do."""
        return explain_refused_numbers(found, around, has_commas=self._has_commas)

    def draw(self, values: Values, *, shares: Sequence[float], seed: int, groups: np.ndarray | None) -> np.ndarray:
        """Stratified by tenths of the labels, as far as there are rows for so many."""
        numbers = _numbers(values)
        strata = int(np.clip(len(numbers) // _ROWS_OF_STRATUM, 1, _STRATA))
        edges = np.unique(np.quantile(numbers, np.arange(1, strata) / strata, method="lower"))
        stratum_of = np.searchsorted(edges, numbers, side="left")
        return stratified_parts(stratum_of, shares=shares, seed=seed, groups=groups)

    def learn(self, train: Values, *, where: str) -> "LearnedNumbers":
        """Mean and standard deviation; raises DataError where all labels are equal."""
        numbers = _numbers(train)
        mean, deviation = float(numbers.mean()), float(numbers.std())
        if not deviation > _LEAST_DEVIATION:
            rows = len(numbers)
            have = f"All {counted(rows, 'row')} of train have" if rows > 1 else "The only row of train has"
            raise DataError(
                f"{have} the label {numbers[0]:g}; there is nothing to learn from equal numbers.",
                where=where,
                hint="use another slice if the source is sorted by label, or another data.label",
            )
        return LearnedNumbers(mean, deviation)


class LearnedNumbers:
    """See `LearnedTarget`. A label is stored as it is, float32.

    Args:
        mean: Of the training labels.
        deviation: Their standard deviation.
    """

    type = pa.float32()
    names: tuple[str, ...] = ()
    repeats_texts = False

    def __init__(self, mean: float, deviation: float) -> None:
        self._mean, self._deviation = mean, deviation

    @property
    def facts(self) -> Mapping[str, Any]:
        """`mean` and `std` of the training labels."""
        return {"mean": self._mean, "std": self._deviation}

    def encode(self, label: float) -> float:
        """Itself."""
        return label

    def content(self, label: float) -> bytes:
        """Its eight bytes."""
        return struct.pack("<d", label)

    def alike(self, spellings: Sequence[Spelling]) -> Sequence[AlikeLabels]:
        """None."""
        return ()

    def summary(self, targets: Mapping[str, np.ndarray]) -> Summary:
        """Minimum, quartiles, maximum, mean and standard deviation."""
        return Summary(
            key="label_statistics",
            heading="label",
            by_split={split: _statistics(numbers) for split, numbers in targets.items()},
        )

    def groups(self, targets: np.ndarray) -> Mapping[str, np.ndarray]:
        """The rows of each third of the labels."""
        thirds = np.array_split(np.argsort(targets, kind="stable"), len(_THIRDS))
        return {name: np.sort(rows) for name, rows in zip(_THIRDS, thirds, strict=True)}


def _numbers(values: Values) -> np.ndarray:
    """As they will be stored, float64 [N]."""
    return np.array(values.distinct, np.float64).astype(np.float32).astype(np.float64)[values.codes]


def _statistics(numbers: np.ndarray) -> dict[str, float]:
    wide = numbers.astype(np.float64)
    least, low, median, high, most = map(float, np.quantile(wide, [0, 0.25, 0.5, 0.75, 1]))
    return {
        "minimum": least,
        "lower quartile": low,
        "median": median,
        "upper quartile": high,
        "maximum": most,
        "mean": float(wide.mean()),
        "standard deviation": float(wide.std()),
    }
