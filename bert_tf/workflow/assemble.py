"""From a recipe's values, or a run's files, to a model."""

import contextlib
import dataclasses
import logging
from typing import Any

import tensorflow as tf

from bert_tf.errors import RunError
from bert_tf.models.compute import Compute, choose_compute, multiplies_bfloat16, with_remark_on_onednn
from bert_tf.models.encoder import blank_encoder
from bert_tf.models.encoders.encoder_config import EncoderConfig
from bert_tf.models.encoders.text_encoder import TextEncoder
from bert_tf.models.frozen.frozen_model import InferenceGraph, frozen_graph, native_graph, plain_graph
from bert_tf.models.kernels.fused_encoder import supports
from bert_tf.models.task_network import TaskNetwork
from bert_tf.models.text_model import TextModel
from bert_tf.models.worker_group import WorkerGroup
from bert_tf.native.library import native_library
from bert_tf.recipe.export_keys import Export
from bert_tf.recipe.schema import Recipe
from bert_tf.runs.run import RunFolder
from bert_tf.tasks.recipes import run_recipe
from bert_tf.tasks.table import task_of
from bert_tf.training.checkpoints import Checkpoint, is_whole, list_checkpoints, load_checkpoint, monitored_rank

_LOG = logging.getLogger(__name__)
_MEASURED = "checkpoint"  # in metrics.json


def choose(recipe: Recipe, config: EncoderConfig) -> Compute:
    """The kernels and the precision that the recipe's words come to with an encoder on this machine."""
    on_gpu = bool(tf.config.list_physical_devices("GPU"))
    compute = choose_compute(
        config,
        kernels=recipe.model.kernels,
        precision=recipe.training.precision,
        bfloat16_is_native=multiplies_bfloat16(),
        on_gpu=on_gpu,
        native=native_library(),
    )
    return compute if on_gpu else with_remark_on_onednn(compute)


def build_model(
    recipe: Recipe,
    encoder: TextEncoder,
    network: TaskNetwork,
    compute: Compute,
    *,
    pooling: str,
    group: WorkerGroup | None = None,
) -> TextModel:
    """Put the task's head on an encoder; `pooling` as of `choose_pooling`, `group` of the workers that train it."""
    dropout = encoder.config.hidden_dropout if recipe.model.dropout is None else recipe.model.dropout
    head = network.head(dropout=dropout, initializer_range=encoder.config.initializer_range)
    return TextModel(
        encoder=encoder,
        network=network,
        head=head,
        pooling=pooling,
        compute_dtype=compute.fused_dtype,
        layer_operations=compute.layer_operations,
        seed=recipe.training.seed,
        gradient_checkpointing=recipe.training.gradient_checkpointing,
        micro_batch_size=recipe.training.micro_batch_size,
        group=group,
    )


def restore(run: RunFolder) -> TextModel:
    """The model of a run's best checkpoint, on the reference graph in float32.

    Args:
        run: With at least one checkpoint.

    Raises:
        RunError: no epoch is done, or a file of the run is damaged.
    """
    recipe, facts = run_recipe(run), run.facts
    compute = Compute(None, "float32", "reference kernels in float32")
    network = task_of(recipe).network(recipe, facts)
    model = build_model(recipe, blank_encoder(run.encoder), network, compute, pooling=facts["pooling"])
    chosen = chosen_checkpoint(run)
    load_checkpoint(chosen, model)
    _tell_of_another(run, chosen)
    return model


def measured_graph(model: TextModel, compute: Compute) -> InferenceGraph:
    """What evaluates a model as it is now: by native operations or frozen in the type that it is trained in, or on the
    reference kernels."""
    if compute.fused_dtype is None:
        return plain_graph(model)
    if compute.layer_operations is not None:
        return native_graph(model, compute.layer_operations)
    return frozen_graph(model, dtype=tf.bfloat16 if compute.fused_dtype == tf.bfloat16 else tf.float32)


def served_graph(model: TextModel, *, kernels: str) -> InferenceGraph:
    """What is exported: frozen in float32; the reference graph for an encoder or kernels that want it."""
    if kernels == "reference" or supports(model.encoder.config):
        return plain_graph(model)
    return frozen_graph(model, dtype=tf.float32)


@dataclasses.dataclass(frozen=True)
class ReducedGraphs:
    """A model in fewer bits: what is served, and the same weights computed in float32."""

    served: InferenceGraph
    in_float32: InferenceGraph


def reduced_graphs(export: Export, model: TextModel) -> ReducedGraphs:
    """What is exported where the recipe asks for fewer bits; one graph twice where it is computed in float32."""
    quantized = export.quantize == "int8-weights"
    in_float32 = frozen_graph(model, dtype=tf.float32, quantized=quantized)
    if export.precision == "float32":
        return ReducedGraphs(in_float32, in_float32)
    return ReducedGraphs(frozen_graph(model, dtype=tf.bfloat16, quantized=quantized), in_float32)


def chosen_checkpoint(run: RunFolder) -> Checkpoint:
    """The best checkpoint by the recipe's monitor, or the last where nothing was validated.

    One that is damaged is passed over, and the log is told.

    Raises:
        RunError: the run has none that is whole.
    """
    found = list_checkpoints(run.checkpoints, training=run.training_id)
    if found and found[-1].metrics:
        recipe = run_recipe(run)
        monitor = task_of(recipe).measure(recipe.training.monitor)
        ranked = sorted(found, key=lambda each: (monitored_rank(each.metrics, monitor=monitor), each.epoch))
    else:
        ranked = found[::-1]
    for checkpoint in ranked:
        if is_whole(checkpoint):
            return checkpoint
        _LOG.warning("A checkpoint is damaged and skipped: %s.", checkpoint.folder)
    damaged = any(run.checkpoints.glob("epoch-*"))
    raise RunError(
        "All checkpoints of this run are damaged." if damaged else "This run has no checkpoint: no epoch has finished.",
        where=str(run.path),
        hint=f"`bert-tf train {run.path / 'recipe.toml'}` trains it again"
        if damaged
        else "let it train on, or choose another run",
    )


def check_is_measured(run: RunFolder) -> None:
    """Raises RunError where a trained run's metrics are gone, or not of its chosen checkpoint: theirs is damaged."""
    if not run.is_measured and run.status == "trained":
        raise RunError(
            "The run's metrics.json is missing.",
            where=str(run.path),
            hint=f"`bert-tf evaluate {run.path}` writes it again",
        )
    if not run.is_measured:
        return
    chosen, measured = chosen_checkpoint(run), run.metrics.get(_MEASURED)
    if measured is not None and measured["sha256"] != chosen.sha256:
        raise RunError(
            f"The run's scores are from epoch {measured['epoch']}, whose checkpoint is missing or damaged; the best "
            f"remaining one is from epoch {chosen.epoch}.",
            where=str(run.checkpoints),
            hint=f"`bert-tf evaluate {run.path}` evaluates that one",
        )


def _tell_of_another(run: RunFolder, chosen: Checkpoint) -> None:
    """Tell the log where what is loaded is not what the run's scores are of."""
    measured = None
    if run.is_measured:
        with contextlib.suppress(RunError):
            measured = run.metrics.get(_MEASURED)
    if measured is not None and measured["sha256"] != chosen.sha256:
        _LOG.warning(
            "The checkpoint of epoch %s, which the run's scores are from, is missing or damaged; epoch %s is used "
            "instead.",
            measured["epoch"],
            chosen.epoch,
        )


def measured_of(checkpoint: Checkpoint) -> dict[str, Any]:
    """For metrics.json: whose scores stand in it."""
    return {_MEASURED: {"epoch": checkpoint.epoch, "sha256": checkpoint.sha256}}
