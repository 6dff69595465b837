"""Whether the model that was measured, on its own kernels and precision, is the one that is served in float32."""

import numpy as np

from bert_tf.batches.dataset import evaluation_batches
from bert_tf.errors import ExportError
from bert_tf.evaluation.compute_outputs import Predictor
from bert_tf.models.frozen.frozen_model import InferenceGraph
from bert_tf.runs.run import RunFolder
from bert_tf.training.precision import matmuls_in
from bert_tf.workflow.assemble import measured_graph, restore
from bert_tf.workflow.prepare import Prepared

_TOKENS = 4096
# Of probabilities. bfloat16 rounds to 3 digits, and an undecided text may move by a few hundredths; a kernel that
# computes something else moves by far more.
_ALLOWED = 0.1


def check_agreement(run: RunFolder, prepared: Prepared, served: InferenceGraph) -> dict[str, float]:
    """Compare the probabilities of a batch of the run's own rows.

    Args:
        run: With a checkpoint.
        prepared: Its data.
        served: What is exported.

    Returns:
        For the manifest: `rows`, `equal_labels` and `largest_difference` of a probability.

    Raises:
        ExportError: a probability differs by more than 0.1.
    """
    measured, compute = restore(run, served=False)
    network = measured.network
    dataset, _ = evaluation_batches(prepared.tokens[list(prepared.tokens)[-1]], batch_tokens=_TOKENS)
    batch = next(iter(dataset))
    order = np.arange(len(batch["input_ids"]))
    with matmuls_in(compute.graph_precision):
        outputs = Predictor(measured_graph(measured, compute).outputs)([batch], order)
        was = network.decode(outputs)["probabilities"].numpy()
    shall_be = network.decode(Predictor(served.outputs)([batch], order))["probabilities"].numpy()
    largest = float(np.abs(was - shall_be).max())
    if not largest <= _ALLOWED:
        raise ExportError(
            f"Not exported: the served model's probabilities differ by {largest:.2f} from those measured by the run.",
            where=f"{run.path}: {compute.reason}",
            hint='this is a bug in bert_tf; please report it. `--set model.kernels="reference"` trains without them',
        )
    equal = int((was.argmax(-1) == shall_be.argmax(-1)).sum())
    return {"rows": len(order), "equal_labels": equal, "largest_difference": round(largest, 5)}
