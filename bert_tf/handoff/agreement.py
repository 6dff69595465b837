"""Whether the model that was measured, on its own kernels and precision, is the one that is served in float32."""

import numpy as np

from bert_tf.batches.dataset import evaluation_batches
from bert_tf.errors import ExportError
from bert_tf.export.task_serving import Served, difference, rounded_difference
from bert_tf.training.precision import matmuls_in
from bert_tf.workflow.opened_run import OpenedRun, answered_rows
from bert_tf.workflow.prepare import Prepared

_TOKENS = 4096


def check_agreement(opened: OpenedRun, prepared: Prepared) -> dict[str, float]:
    """Compare the numbers that a batch of the run's own rows gets from the model as measured and as served.

    Returns:
        For the manifest: `rows`, `equal_labels` where the task decides something, and `largest_difference`.

    Raises:
        ExportError: two numbers differ by more than the task allows.
    """
    split = list(prepared.tokens)[-1]
    dataset, rows = evaluation_batches(prepared.tokens[split], batch_tokens=_TOKENS)
    batch = next(iter(dataset))
    order = np.arange(len(batch["input_ids"]))
    examples = prepared.examples[split]
    places = opened.places([examples.texts(row, row + 1)[0] for row in rows[: len(order)]])
    with matmuls_in(opened.compute.graph_precision):
        measured = opened.predictor(opened.measured)([batch], order)
    served = opened.predictor(opened.served)([batch], order)
    was, shall_be = (answered_rows(opened.network, outputs, places=places) for outputs in (measured, served))
    return {"rows": len(order), **check_answers_agree(opened, was, shall_be)}


def check_answers_agree(opened: OpenedRun, measured: Served, served: Served) -> dict[str, float]:
    """`equal_labels` where the task decides something, and `largest_difference`, of two answers to the same texts.

    Raises:
        ExportError: two numbers differ by more than the task allows.
    """
    found = difference(opened.serving, measured, served)
    if not found.largest <= opened.serving.allowed_difference:
        raise ExportError(
            f"Not exported: a served {opened.serving.unit} differs by {found.largest:.2g} from the run's measured one.",
            where=f"{opened.folder.path}: {opened.compute.reason}",
            hint='this is a bug in bert_tf; please report it. `--set model.kernels="reference"` trains without them',
        )
    largest = rounded_difference(opened.serving, found.largest)
    return {**found.equal_labels(), "largest_difference": largest}
