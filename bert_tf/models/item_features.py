"""What a model reads of an item beside its text: categories, such as genres, and numbers, such as a year."""

import dataclasses
from collections.abc import Mapping
from typing import Any, Self

import tensorflow as tf

from bert_tf.models.feature_inputs import input_name


@dataclasses.dataclass(frozen=True)
class ItemFeatures:
    """Cells of columns to numbers that the towers take: the same function in training and in the exported graph.

    Of a column of categories there is a place for each that is known and one for all others, with how often they stand
    in the cell; of a column of numbers the number, standardised, and 0 where there is none.

    Attributes:
        categories: Known ones, by column.
        numbers: Mean and standard deviation, above 0, by column.
        separator: Stands between the categories of a cell.
    """

    categories: Mapping[str, tuple[str, ...]]
    numbers: Mapping[str, tuple[float, float]]
    separator: str

    @classmethod
    def of_facts(cls, facts: Mapping[str, Any]) -> Self | None:
        """Those that a run's facts tell of, by `features`; None where there are none."""
        kept = facts.get("features")
        if kept is None:
            return None
        categories = {column: tuple(names) for column, names in kept["categories"].items()}
        numbers = {column: (float(mean), float(deviation)) for column, (mean, deviation) in kept["numbers"].items()}
        return cls(categories, numbers, kept["separator"])

    @property
    def inputs(self) -> Mapping[str, tf.DType]:
        """Types of the cells by input, categories first; an input is called like its column, as far as TensorFlow takes
        such a name."""
        return {
            **{input_name(column): tf.string for column in self.categories},
            **{input_name(column): tf.float32 for column in self.numbers},
        }

    @property
    def columns(self) -> tuple[str, ...]:
        """In the order of `inputs`."""
        return (*self.categories, *self.numbers)

    @property
    def size(self) -> int:
        """F: how many numbers the towers take."""
        return sum(len(names) + 1 for names in self.categories.values()) + len(self.numbers)

    @property
    def others(self) -> Mapping[str, int]:
        """By column, which of the F numbers counts categories that are not known."""
        ends, found = 0, {}
        for column, names in self.categories.items():
            ends += len(names) + 1
            found[column] = ends - 1
        return found

    def mean(self, name: str) -> float:
        """Of the numbers of an input."""
        return next(mean for column, (mean, _) in self.numbers.items() if input_name(column) == name)

    def __call__(self, cells: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """float32 [N, F] of cells by input, [N] each; a number that is NaN is none."""
        counts = [self._counts(cells[input_name(column)], names) for column, names in self.categories.items()]
        numbers = [
            _standardised(cells[input_name(column)], mean, deviation)[:, tf.newaxis]
            for column, (mean, deviation) in self.numbers.items()
        ]
        return tf.concat([*counts, *numbers], 1)

    def _counts(self, cells: tf.Tensor, names: tuple[str, ...]) -> tf.Tensor:
        """How often each category, and any other, stands in each cell."""
        parts = tf.strings.split(cells, self.separator)
        values = tf.strings.strip(parts.flat_values)
        is_named = values[:, tf.newaxis] == tf.constant(names, tf.string, [len(names)])
        is_other = (values != "") & ~tf.reduce_any(is_named, 1)
        found = tf.cast(tf.concat([is_named, is_other[:, tf.newaxis]], 1), tf.float32)
        return tf.math.unsorted_segment_sum(found, parts.value_rowids(), tf.size(cells))


def _standardised(values: tf.Tensor, mean: float, deviation: float) -> tf.Tensor:
    return tf.where(tf.math.is_nan(values), 0.0, (values - mean) / deviation)
