"""What a task says of the keys of its recipes."""

import functools
from collections.abc import Mapping

from bert_tf.recipe.task_keys import TaskKeys
from bert_tf.tasks.task import Task


def keys_of(name: str, task: Task) -> TaskKeys:
    """For the recipe model of a task of this name."""
    return TaskKeys(
        name=name,
        description=task.description,
        settings=task.settings(),
        followed=task.followed,
        others=task.others,
        label_figures=task.label_figures,
        few_shot=task.label_sets is not None,
        compares_rows=task.expected_texts is not None or task.events is not None,
        of_table=None if task.of_settings is None else functools.partial(_of_table, name, task),
    )


def _of_table(name: str, task: Task, table: Mapping[str, object]) -> TaskKeys | None:
    made = None if task.of_settings is None else task.of_settings(table)
    return None if made is None or not made.followed else keys_of(name, made)
