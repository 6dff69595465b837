"""An exported model with the answers of its task."""

import pathlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bert_tf.export.loaded import ExportedModel
from bert_tf.tasks.table import task_of_manifest

if TYPE_CHECKING:
    from bert_tf.export.task_serving import TaskServing


def load_exported(folder: pathlib.Path) -> ExportedModel:
    """Load a version of an exported model.

    Args:
        folder: As of `bert_tf.export.folders.find_version`.

    Raises:
        VerifyError: there is no exported model in the folder, a file of it is not as it was written, or its task is
            not one of `TASKS`.
    """

    def serving_of(manifest: Mapping[str, Any]) -> "TaskServing":
        return task_of_manifest(manifest).serving_of_manifest(manifest)

    return ExportedModel(folder, serving_of)
