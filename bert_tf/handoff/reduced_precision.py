"""An export in fewer bits beside the same model in float32: its answers, its size and the time that it takes."""

import dataclasses
import pathlib
import shutil
from collections.abc import Mapping, Sequence
from typing import Any

from bert_tf.evaluation.split_metrics import Answers, split_metrics
from bert_tf.export.folders import folder_bytes
from bert_tf.export.latency import measure_latency
from bert_tf.export.signatures import ServingModule, save
from bert_tf.export.task_serving import Served, TaskServing, difference, rounded_difference
from bert_tf.models.frozen.frozen_model import InferenceGraph
from bert_tf.runs.run_metrics import measured_split
from bert_tf.temporaries import scratch_folder
from bert_tf.workflow.evaluate import split_outputs
from bert_tf.workflow.opened_run import OpenedRun, answered
from bert_tf.workflow.prepare import Prepared

_LATENCY_SECONDS = 1.0  # of each batch size
_TIMED = 32  # golden requests: those that are texts of the data, as far as the recipe asks for so many


@dataclasses.dataclass(frozen=True)
class BesideFloat32:
    """What fewer bits change on rows that were kept apart.

    Attributes:
        facts: For the manifest: `split`, None where the run has no such rows; and then not the others: `rows`, the
            first measure of the task (such as `accuracy`), the same under `float32_` and, of the first from the
            second, `_difference`; `equal_labels` and `equal_share` where the task decides something, and
            `largest_difference` of a number.
        metrics: Of the model in fewer bits, by split; as of `measure`.
    """

    facts: dict[str, Any]
    metrics: dict[str, Any]


def compare_answers(
    opened: OpenedRun, prepared: Prepared, *, reduced: InferenceGraph, full: InferenceGraph
) -> BesideFloat32:
    """Evaluate a graph in fewer bits and the one in float32 on the test rows, or the validation rows without any."""
    split = measured_split(prepared.examples)
    if split is None:
        return BesideFloat32({"split": None}, {})
    rows, network = prepared.examples[split], opened.network
    outputs = [split_outputs(opened.predictor(graph), prepared, split, network) for graph in (reduced, full)]
    places = opened.places(prepared.examples[split].texts(0, len(rows)))
    now, was = (
        split_metrics(
            opened.task.metrics(),
            # With what was chosen on the validation rows, such as thresholds.
            Answers(rows.targets, each, {**opened.facts, **rows.facts}),
            truncated=prepared.truncated(split),
        )
        for each in outputs
    )
    judged = opened.task.followed[0].key
    facts = {
        "split": split,
        "rows": len(rows),
        judged: now[judged],
        f"float32_{judged}": was[judged],
        f"{judged}_difference": now[judged] - was[judged],
        **_differences(opened.serving, [answered(network, each, places=places) for each in outputs]),
    }
    return BesideFloat32(facts, {split: now})


def _differences(serving: TaskServing, outputs: Sequence[Served]) -> dict[str, float]:
    found = difference(serving, *outputs)
    largest = rounded_difference(serving, found.largest)
    return {**found.equal_labels(), **found.equal_share(), "largest_difference": largest}


def size_and_latency(
    version: pathlib.Path, *, full: ServingModule, requests: Sequence[Mapping[str, Any]], target: str
) -> dict[str, Any]:
    """Size and times of a version as it was written, and of the same in float32, one behind the other.

    Args:
        version: In fewer bits.
        full: The same in float32.
        requests: Golden requests.
        target: The release of TensorFlow Serving whose operations they get.

    Returns:
        For the manifest: `exported` and `float32`, each with `size_bytes` and what latency.json says.

    Raises:
        VerifyError: the version can't be loaded.
    """
    with scratch_folder() as scratch:
        other = scratch / version.name
        save(full, other)
        extra = version / "assets.extra"
        if extra.is_dir():
            shutil.copytree(extra, other / extra.name)
        return {
            name: {
                "size_bytes": folder_bytes(folder),
                **measure_latency(folder, requests[:_TIMED], target=target, seconds=_LATENCY_SECONDS),
            }
            for name, folder in (("exported", version), ("float32", other))
        }
