"""All tasks. Importing this takes no time: a task's parts are imported when they are asked for."""

import types
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bert_tf.errors import VerifyError
from bert_tf.measures import Measure
from bert_tf.tasks.classify.parts import CLASSIFY
from bert_tf.tasks.embed.parts import EMBED
from bert_tf.tasks.multilabel.parts import MULTILABEL
from bert_tf.tasks.multitask.parts import multitask
from bert_tf.tasks.rank.parts import RANK
from bert_tf.tasks.regress.parts import REGRESS
from bert_tf.tasks.tag.parts import TAG
from bert_tf.tasks.task import Task

if TYPE_CHECKING:
    from bert_tf.recipe.schema import Recipe

_OF_ONE_LABEL: Mapping[str, Task] = types.MappingProxyType(
    {"classify": CLASSIFY, "multilabel": MULTILABEL, "regress": REGRESS, "tag": TAG, "embed": EMBED, "rank": RANK}
)
TASKS: Mapping[str, Task] = types.MappingProxyType({**_OF_ONE_LABEL, "multitask": multitask(_OF_ONE_LABEL)})
# Of a task that is made of others, measures have the name of one of its heads in front.
MEASURES = tuple(dict.fromkeys(measure for task in TASKS.values() for measure in task.measures))
TABLES = tuple(dict.fromkeys(table for task in TASKS.values() for table in task.tables))


def task_of(recipe: "Recipe") -> Task:
    """The task of a recipe."""
    row = TASKS[recipe.task]
    return row if row.of_settings is None else row.of_settings(recipe.settings.model_dump(mode="json"))


def task_of_values(values: Mapping[str, Any]) -> Task:
    """The same, of a recipe's tables as TOML has them, such as `RunFolder.recipe_values`."""
    row = TASKS[values["task"]]
    return row if row.of_settings is None else row.of_settings(values[values["task"]])


def followed_by(values: Mapping[str, Any]) -> tuple[Measure, ...]:
    """The measures that the task of a recipe follows; `values` as of `task_of_values`."""
    return task_of_values(values).followed


def judge_of(values: Mapping[str, Any]) -> Measure | None:
    """What a run is judged by, from its values by dotted key, as of `RunSummary`; None where its task isn't known."""
    name = str(values.get("task"))
    if name not in TASKS:
        return None
    own = {key.removeprefix(f"{name}."): value for key, value in values.items() if key.startswith(f"{name}.")}
    return followed_by({"task": name, name: own})[0]


def task_of_manifest(manifest: Mapping[str, Any]) -> Task:
    """The task of an exported model; raises VerifyError for one that this version of bert_tf doesn't have."""
    name = str(manifest.get("task"))
    if name not in TASKS:
        raise VerifyError(
            f"This version of bert_tf has no task {name!r}, which the exported model is of.",
            where="manifest.json: task",
            hint=f"use the version of bert_tf that exported it; this one has {', '.join(TASKS)}",
        )
    row = TASKS[name]
    return row if row.of_settings is None else row.of_settings(manifest)
