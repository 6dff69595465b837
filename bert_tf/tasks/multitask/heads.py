"""The heads of a task that is made of others: which there are, and what of a whole belongs to each."""

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from bert_tf.measures import Measure
from bert_tf.tasks.task import Task

if TYPE_CHECKING:
    from bert_tf.recipe.schema import Recipe

# A name stands in front of measures, columns and outputs, with a point behind it.
NAME = r"^[A-Za-z][A-Za-z0-9_]*$"

Kind = TypeVar("Kind")


@dataclasses.dataclass(frozen=True)
class Head:
    """A head.

    Attributes:
        name: Of the head.
        task_name: Of its task.
        task: Its task.
        table: What a recipe says of it; of a manifest, what that says.
    """

    name: str
    task_name: str
    task: Task
    table: Mapping[str, Any] = dataclasses.field(default_factory=dict, compare=False)

    @property
    def followed(self) -> tuple[Measure, ...]:
        """What its task follows, by the head's name."""
        return tuple(measure_of_head(self.name, measure) for measure in self.task.followed)

    @property
    def others(self) -> tuple[Measure, ...]:
        """What else is measured of it."""
        return tuple(measure_of_head(self.name, measure) for measure in self.task.others)


def can_be_head(task: Task) -> bool:
    """Whether a task reads whole texts, has a loss of each row by itself, and is not made of others."""
    return all(part is None for part in (task.align, task.expected_texts, task.events, task.of_settings))


def heads_of(table: Mapping[str, Any], tasks: Mapping[str, Task]) -> tuple[Head, ...]:
    """Those of a recipe's table `[multitask]`, or of a manifest; none where it has none that can be read.

    Args:
        table: With `heads`, as it was read: it may be anything.
        tasks: That can be heads, by name.
    """
    found = []
    told = table.get("heads")
    for each in told if isinstance(told, Sequence) else ():
        name, task = (each.get("name"), each.get("task")) if isinstance(each, Mapping) else (None, None)
        if not isinstance(name, str) or not re.match(NAME, name) or not isinstance(task, str) or task not in tasks:
            return ()
        found.append(Head(name, task, tasks[task], each))
    return tuple(found)


def measure_of_head(name: str, measure: Measure) -> Measure:
    """A measure of a task as one of a head: `sentiment.accuracy`."""
    epoch_key = f"{name}.{measure.epoch_key}" if measure.epoch_key else ""
    return dataclasses.replace(measure, key=f"{name}.{measure.key}", name=f"{name} {measure.name}", epoch_key=epoch_key)


def with_name(name: str, values: Mapping[str, Kind]) -> dict[str, Kind]:
    """A head's part of facts, outputs or figures, by the names that they have in the whole."""
    return {f"{name}.{key}": value for key, value in values.items()}


def part_of(name: str, values: Mapping[str, Kind]) -> dict[str, Kind]:
    """The way back: what of a whole is a head's, by the names that its task knows."""
    return {key.removeprefix(f"{name}."): value for key, value in values.items() if key.startswith(f"{name}.")}


def figures_of(name: str, figures: Mapping[str, Any]) -> dict[str, Any]:
    """What metrics.json says of a head's rows of a split, as it would say it of its task; empty without any."""
    if name not in figures:
        return {}
    rest = figures.get("without_leaked", {})
    own_rest = part_of(name, rest)
    return {
        **part_of(name, figures),
        **figures[name],
        "truncated_share": figures["truncated_share"],
        **({"without_leaked": {"examples": rest["examples"], **own_rest}} if own_rest else {}),
    }


def recipe_of(head: Head, recipe: "Recipe") -> "Recipe":
    """The recipe of the head alone, as far as its task looks at it: with its own column and settings."""
    from bert_tf.recipe.recipe_models import recipe_model
    from bert_tf.tasks.keys_of import keys_of

    values = recipe.model_dump(mode="json", exclude_none=True)
    own = {key: head.table[key] for key in ("label", "labels", "merge_labels") if head.table.get(key) is not None}
    data = {key: value for key, value in values["data"].items() if key not in ("label", "labels", "merge_labels")}
    settings = head.table.get(head.task_name)
    tables = {
        "name": values["name"],
        "task": head.task_name,
        "data": {**data, **own},
        "text": values["text"],
        **({head.task_name: _without_none(settings)} if settings else {}),
    }
    return recipe_model(keys_of(head.task_name, head.task)).model_validate(tables)


def names_of(heads: Iterable[Head]) -> tuple[str, ...]:
    """Their names, in order."""
    return tuple(head.name for head in heads)


def _without_none(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if value is not None}
