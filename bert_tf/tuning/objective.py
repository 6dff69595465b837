"""What a search goes by, and which way is better."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bert_tf.measures import Measure
from bert_tf.recipe.schema import Recipe
from bert_tf.recipe.tuning import Direction
from bert_tf.tasks.table import task_of


@dataclass(frozen=True)
class Objective:
    """A figure of the validation rows.

    Attributes:
        place: In metrics.json, such as `validation.macro_f1`.
        measure: That it is of.
        direction: Whether less or more of it is better, which the recipe may say against the measure.
    """

    place: str
    measure: Measure
    direction: Direction

    def after_epoch(self, figures: Mapping[str, float]) -> float | None:
        """Its value among those that validation gives after an epoch; None where it is measured at the end only."""
        return self.measure.of_epoch(figures)

    def curve(self, epochs: Sequence[Mapping[str, float]]) -> list[float]:
        """Its value after each epoch, from `epochs` of metrics.json; empty for one that is measured at the end only."""
        values = (self.measure.of_epoch(epoch, prefix="val_") for epoch in epochs)
        return [value for value in values if value is not None]


def objective_of(recipe: Recipe) -> Objective:
    """The objective of a recipe's search."""
    tuning = recipe.tuning
    measure = task_of(recipe).measure(tuning.objective)
    by_measure: Direction = "min" if measure.better == "less" else "max"
    return Objective(tuning.objective, measure, by_measure if tuning.direction == "auto" else tuning.direction)
