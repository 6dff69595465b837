"""What a run or an exported model is, told without loading it: its task's columns, and which one it is."""

import hashlib
import json

from bert_tf.export.folders import handoff_folder, read_manifest
from bert_tf.export.task_serving import TaskServing
from bert_tf.runs.run import RunFolder
from bert_tf.tasks.table import task_of_manifest, task_of_values
from bert_tf.workflow.source import Source


def serving_of(source: Source) -> TaskServing:
    """What is served of the model's task.

    Raises:
        RunError, VerifyError: its own description is missing or damaged.
    """
    if source.kind == "run":
        run = RunFolder(source.path)
        return task_of_values(run.recipe_values).serving(run.facts)
    manifest = read_manifest(source.path)
    return task_of_manifest(manifest).serving_of_manifest(manifest)


def identity_of(source: Source) -> str:
    """A hash of what the answers depend on: weights, tokenizer, labels.

    Of a run these are recipe, encoder, checkpoints and what its task served; of a model its manifest, which has the
    hash of every file.
    """
    if source.kind == "model":
        return hashlib.sha256((handoff_folder(source.path) / "manifest.json").read_bytes()).hexdigest()
    run = RunFolder(source.path)
    facts = run.facts
    checkpoints = sorted(run.checkpoints.glob("epoch-*/checkpoint.json"))
    described = [facts["recipe_sha256"], facts.get("encoder_files"), serving_of(source).manifest_facts()]
    known = json.dumps(described, sort_keys=True).encode() + b"".join(path.read_bytes() for path in checkpoints)
    return hashlib.sha256(known).hexdigest()
