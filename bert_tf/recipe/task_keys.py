"""What a task says of the keys of its recipes: the protocol of this floor, filled from the table of tasks."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bert_tf.measures import Measure
from bert_tf.nearest_name import nearest_name
from bert_tf.recipe.section import Section

_OF_A_LABEL = re.compile(r"validation\.per_class\.(?P<label>.+)\.(?P<figure>\w+)")
_LOSS = "loss"  # key of an epoch
_ALIKE = 0.5  # an objective may be written without its place


@dataclass(frozen=True)
class TaskKeys:
    """What recipes of one task may say that others may not.

    Attributes:
        name: As of `task`, and of the task's own table.
        description: Of the task, in one line.
        settings: The task's own table.
        followed: Measures that are known after each epoch.
        others: Measures that are known at the end.
        label_figures: Keys of the figures of a single label; none where there are no labels.
        few_shot: Whether rows belong together by their labels, so that there is a table `[few_shot]`.
        compares_rows: Whether the loss of a row depends on the others of its batch, so that batches have equally many.
        of_table: Of a task whose measures depend on its own table, gives the keys of recipes with that table, as it was
            read; None where the table has nothing to measure. These keys themselves have no measures then.
    """

    name: str
    description: str
    settings: type[Section]
    followed: tuple[Measure, ...]
    others: tuple[Measure, ...] = ()
    label_figures: tuple[str, ...] = ()
    few_shot: bool = False
    compares_rows: bool = False
    of_table: "Callable[[Mapping[str, object]], TaskKeys | None] | None" = field(default=None, compare=False)

    @property
    def monitors(self) -> tuple[str, ...]:
        """Values of `training.monitor`. The first is the default: what training minimizes, where it is measured."""
        keys = [measure.epoch_key or measure.key for measure in self.followed]
        # Where measures have the name of a head in front, it is the loss of the first.
        loss = f"{keys[0].rpartition('.')[0]}.{_LOSS}".lstrip(".")
        keys.sort(key=lambda key: key != loss)
        return tuple(f"validation.{key}" for key in keys)

    @property
    def objectives(self) -> tuple[str, ...]:
        """Values of `tuning.objective`, but for those of single labels; the first is the default."""
        return tuple(f"validation.{measure.key}" for measure in (*self.followed, *self.others))

    @property
    def objectives_in_words(self) -> str:
        """For the recipe reference."""
        listed = ", ".join(self.objectives)
        if not self.label_figures:
            return listed
        first, *rest = self.label_figures
        return f"{listed} or {', '.join((f'validation.per_class.LABEL.{first}', *rest))}"

    def check_objective(self, objective: str) -> str:
        """A score on validation rows: what test rows have chosen, they can't measure. Raises ValueError."""
        if objective.startswith("test."):
            raise ValueError(
                f"{objective} is measured on the test rows, and selecting by it would make the final test scores "
                f"optimistic; did you mean validation.{objective.removeprefix('test.')}?"
            )
        match = _OF_A_LABEL.fullmatch(objective)
        if objective not in self.objectives and (match is None or match["figure"] not in self.label_figures):
            raise ValueError(self._unknown(objective))
        return objective

    def _unknown(self, objective: str) -> str:
        measures = (*self.followed, *self.others)
        names = {name: f"validation.{measure.key}" for measure in measures for name in (measure.key, measure.epoch_key)}
        match = nearest_name(objective.removeprefix("validation."), names, cutoff=_ALIKE)
        meant = f"did you mean {names[match]}?" if match else f"known: {', '.join(self.objectives)}"
        return f"unknown validation metric {objective}; {meant}"


def label_of(objective: str) -> str | None:
    """The label that an objective is of; None for one of all labels."""
    match = _OF_A_LABEL.fullmatch(objective)
    return match["label"] if match else None
