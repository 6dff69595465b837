"""What a run tells the serving team: facts for the manifest, a model card and a bill of materials."""

import dataclasses
import datetime
import pathlib
from collections.abc import Mapping
from typing import Any

from bert_tf.export.model_card import model_card
from bert_tf.export.sbom import sbom
from bert_tf.export.task_serving import TaskServing
from bert_tf.handoff.golden_answers import Golden
from bert_tf.handoff.reduced_precision import BesideFloat32
from bert_tf.recipe.export_keys import Export
from bert_tf.recipe.schema import Recipe
from bert_tf.runs.run import RunFolder
from bert_tf.runs.run_metrics import MEASURED
from bert_tf.versions import versions
from bert_tf.workflow.assemble import chosen_checkpoint
from bert_tf.workflow.opened_run import OpenedRun


def manifest_facts(
    opened: OpenedRun,
    *,
    rows_compared: int | None,
    agreement: Mapping[str, float],
    export: Export,
    golden: Golden,
    beside_float32: BesideFloat32 | None,
) -> dict[str, Any]:
    """What the manifest says of the run.

    Args:
        opened: The run.
        rows_compared: Rows whose ids are equal to Hugging Face's; None where the tokenizer is not in the graph.
        agreement: As of `check_agreement`.
        export: What was asked for.
        golden: What is handed over.
        beside_float32: Of an export in fewer bits; None for float32.
    """
    recipe, facts, checkpoint = opened.recipe, opened.facts, chosen_checkpoint(opened.folder)
    windows, judged = opened.windows, opened.task.followed[0].key
    metrics = _metrics(opened.folder) if beside_float32 is None else beside_float32.metrics
    return {
        "name": recipe.name,
        "created": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "task": recipe.task,
        **opened.serving.manifest_facts(),
        "max_tokens": recipe.text.max_tokens,
        "windows": None if windows is None else dataclasses.asdict(windows),
        "tokenizer": {**facts["tokenizer"], "rows_equal_to_hugging_face": rows_compared},
        "encoder": _encoder(facts["encoder"]),
        "checkpoint": {"epoch": checkpoint.epoch, "sha256": checkpoint.sha256, "validation": checkpoint.metrics},
        "data_fingerprints": facts["data"]["fingerprints"],
        "precision": export.precision,
        "quantize": export.quantize,
        f"test_{judged}": metrics.get("test", {}).get(judged),
        "compared_with_float32": beside_float32 and beside_float32.facts,
        "agreement_with_measured": dict(agreement),
        "tolerance": golden.tolerance,
        "undecided_left_out": golden.undecided,
        "trained_with": facts["versions"],
        "exported_with": versions(),
    }


def documents(
    opened: OpenedRun,
    manifest: Mapping[str, Any],
    *,
    measured: Mapping[str, Any] | None = None,
    serving: TaskServing | None = None,
) -> dict[str, str]:
    """The handoff's documents by file name.

    Args:
        opened: The run.
        manifest: What manifest.json says.
        measured: Metrics by split of the model as it is exported; the run's own where there are none.
        serving: What is served, where it is more than the run's task.
    """
    recipe = opened.recipe
    card = model_card(
        manifest,
        serving or opened.serving,
        description=recipe.description,
        training=_training(recipe, opened.facts),
        data=opened.facts["data"],
        metrics=_metrics(opened.folder) if measured is None else measured,
        windows=recipe.text.long_texts == "windows",
    )
    return {"MODEL_CARD.md": card, "sbom.cdx.json": sbom(manifest)}


def _encoder(encoder: Mapping[str, Any]) -> dict[str, Any]:
    # A folder's path is of this machine; its last part is what people call the encoder. Of `bow:FOLDER` too.
    if not encoder["origin"].endswith("folder"):
        return {**encoder}
    kind, colon, path = ("", "", encoder["name"]) if encoder["origin"] == "folder" else encoder["name"].partition(":")
    return {**encoder, "name": f"{kind}{colon}{pathlib.PurePath(path).name}"}


def _metrics(run: RunFolder) -> dict[str, Any]:
    metrics = run.metrics if run.is_measured else {}
    return {name: metrics[name] for name in reversed(MEASURED) if name in metrics}


def _training(recipe: Recipe, facts: Mapping[str, Any]) -> dict[str, Any]:
    training = recipe.training
    return {
        "epochs": training.epochs,
        **(
            {"batch size": training.batch_size}
            if training.batch_tokens is None
            else {"tokens of a batch": training.batch_tokens}
        ),
        "learning rate": training.learning_rate,
        "weight decay": training.weight_decay,
        "schedule": training.schedule,
        "seed": training.seed,
        **{
            key.replace("_", " "): _listed(value)
            for key, value in recipe.settings.model_dump(exclude_none=True).items()
        },
        "computed with": facts["compute"],
        "pooling": facts["pooling"],
        "seconds of training": facts.get("training_seconds", "unknown"),
    }


def _listed(value: Any) -> Any:
    """A list of tables in a line: what each says itself, without tables inside of it."""
    if not isinstance(value, tuple) or not all(isinstance(each, Mapping) for each in value):
        return value
    tables = (", ".join(f"{key} {own}" for key, own in each.items() if not isinstance(own, Mapping)) for each in value)
    return "; ".join(tables)
