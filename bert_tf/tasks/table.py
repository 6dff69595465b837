"""All tasks. Importing this takes no time: a task's parts are imported when they are asked for."""

import types
from collections.abc import Mapping
from typing import Any

from bert_tf.errors import VerifyError
from bert_tf.measures import Measure
from bert_tf.tasks.classify.parts import CLASSIFY
from bert_tf.tasks.embed.parts import EMBED
from bert_tf.tasks.multilabel.parts import MULTILABEL
from bert_tf.tasks.regress.parts import REGRESS
from bert_tf.tasks.tag.parts import TAG
from bert_tf.tasks.task import Task

TASKS: Mapping[str, Task] = types.MappingProxyType(
    {"classify": CLASSIFY, "multilabel": MULTILABEL, "regress": REGRESS, "tag": TAG, "embed": EMBED}
)
FOLLOWED: Mapping[str, tuple[Measure, ...]] = types.MappingProxyType(
    {name: task.followed for name, task in TASKS.items()}
)
MEASURES = tuple(dict.fromkeys(measure for task in TASKS.values() for measure in task.measures))
TABLES = tuple(dict.fromkeys(table for task in TASKS.values() for table in task.tables))


def task_of_manifest(manifest: Mapping[str, Any]) -> Task:
    """The task of an exported model; raises VerifyError for one that this version of bert_tf doesn't have."""
    name = str(manifest.get("task"))
    if name not in TASKS:
        raise VerifyError(
            f"This version of bert_tf has no task {name!r}, which the exported model is of.",
            where="manifest.json: task",
            hint=f"use the version of bert_tf that exported it; this one has {', '.join(TASKS)}",
        )
    return TASKS[name]
