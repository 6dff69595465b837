"""Where answers come from: a run or an exported model. Nothing here needs TensorFlow."""

import dataclasses
import pathlib
from typing import Literal

from bert_tf.errors import BertTfError, ExportError, MissingModelError, RunError
from bert_tf.export.folders import find_version, read_manifest
from bert_tf.nearest_name import nearest_name
from bert_tf.runs.run import RunFolder, open_run

_RUN_FILES = ("*/*/run.json", "*/run.json")
_MODEL_FILES = ("*/*/saved_model.pb", "*/saved_model.pb")


@dataclasses.dataclass(frozen=True)
class Source:
    """Where answers come from.

    Attributes:
        kind: "run", with weights and gradients, or "model", which only answers.
        path: The run's folder, or that of the model's version.
    """

    kind: Literal["run", "model"]
    path: pathlib.Path


def find_source(path: pathlib.Path) -> Source:
    """The run or the exported model in a folder.

    Raises:
        RunError: there is neither; names the nearest. Or the run has no checkpoint.
        ExportError: the model is served token ids only.
        VerifyError: the model's manifest is missing.
    """
    try:
        return _checked_run(open_run(path))
    except RunError as no_run:
        if (path / "run.json").exists():
            raise
        problem = no_run
    try:
        version = find_version(path)
    except MissingModelError:
        if any(path.glob("*/*/saved_model.pb")):
            raise  # it holds several models, and says so
        raise _neither(path) from problem
    inputs = read_manifest(version)["signatures"]["serving_default"]["inputs"]
    if "text" not in inputs:
        raise ExportError(
            "This model takes token ids, not texts.",
            where=str(version),
            hint="use the run it was exported from, which has the tokenizer",
        )
    return Source("model", version)


def _checked_run(run: RunFolder) -> Source:
    if not any(run.checkpoints.glob("epoch-*")):
        raise RunError(
            "This run has no checkpoint: no epoch has finished.",
            where=str(run.path),
            hint="let it train on, or choose another run",
        )
    return Source("run", run.path)


def _neither(path: pathlib.Path) -> BertTfError:
    what = f"{path} is neither a run nor an exported model." if path.exists() else f"There is no folder {path}."
    near = {
        str(file.parent)
        for folder in (path, path.parent, path.parent.parent)
        for pattern in (*_RUN_FILES, *_MODEL_FILES)
        for file in folder.glob(pattern)
    }
    nearest = nearest_name(str(path), sorted(near), cutoff=0)
    hint = f"did you mean {nearest}?" if nearest else "`bert-tf train RECIPE` creates a run: runs/<recipe>/<id>"
    return RunError(what, where="looked for a run's run.json and a model's saved_model.pb", hint=hint)
