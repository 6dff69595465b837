"""training: from a recipe to a run with checkpoints, metrics and an exported model."""

import contextlib
import dataclasses
import gc
import pathlib
import resource
import shutil
import time
from collections.abc import Iterator

from rich.console import Console

from bert_tf.atomic import new_folder
from bert_tf.data.table import data_table
from bert_tf.errors import RunError, StoppedError
from bert_tf.evaluation.classification import scores
from bert_tf.evaluation.predict import Predictor
from bert_tf.machine import describe
from bert_tf.models.compute import Compute
from bert_tf.models.sources import EncoderFiles, locate_encoder
from bert_tf.recipe.schema import Recipe
from bert_tf.runs import RunFolder, new_run
from bert_tf.training.checkpoints import list_checkpoints, load_checkpoint
from bert_tf.training.fit import fit
from bert_tf.training.precision import matmuls_in
from bert_tf.training.shortage import shortage_told
from bert_tf.training.tensorboard.profile import profiled
from bert_tf.training.tensorboard.scalars import Scalars
from bert_tf.training.tensorboard.validation import write_validation
from bert_tf.training.tensorboard.writers import Writers, open_writers
from bert_tf.versions import versions
from bert_tf.workflow.assemble import chosen_checkpoint, measured_graph, monitored
from bert_tf.workflow.evaluate import measure, split_logits
from bert_tf.workflow.prepare import Prepared, prepare
from bert_tf.workflow.tensorboard import show_end, show_start
from bert_tf.workflow.training_setup import TrainingSetup, make_optimizer, set_up_training

_IDS_ONLY = (
    "This encoder's tokenizer is not WordPiece and has no form in the graph: the exported model will take token ids, "
    "not text, and whoever calls it tokenizes with Hugging Face."
)
_ENCODER_FILES = ("*.json", "*.txt", "*.model")


def train_recipe(
    recipe: Recipe, *, runs_folder: pathlib.Path, cache_folder: pathlib.Path, console: Console | None = None
) -> RunFolder:
    """Train and evaluate, and leave a run; what can be checked is checked before training starts.

    Args:
        recipe: Resolved.
        runs_folder: Gets `<recipe>/<id>/`.
        cache_folder: Checked examples, token ids and character tables that runs share.
        console: Where progress is shown; None shows none.

    Raises:
        BertTfError: whatever is wrong, in a sentence. StoppedError when the user stops the run.
    """
    console = console or Console(quiet=True)
    files = locate_encoder(recipe.model.encoder)
    prepared = prepare(recipe, encoder_folder=files.folder, cache_folder=cache_folder)
    console.print(data_table(prepared.splits.report))
    setup = set_up_training(recipe, files=files, prepared=prepared)
    model, compute = setup.model, setup.compute
    run = new_run(recipe, runs_folder)
    facts = f"{run.path}: {recipe.model.encoder} from {files.origin}, {compute.reason}"
    # Not as markup: a folder's name may hold brackets.
    console.print(facts, highlight=False, markup=False, soft_wrap=True)
    if not prepared.tokenizer.in_graph:
        console.print(_IDS_ONLY, soft_wrap=True)
    with _told(run):
        _write_facts(run, files, prepared, compute, pooling=setup.pooling)
        with matmuls_in(compute.graph_precision), shortage_told(), open_writers(run.tensorboard) as writers:
            show_start(writers, run, recipe)
            started = time.perf_counter()
            history = _fit(recipe, setup, prepared, run, writers, console)
            seconds = round(time.perf_counter() - started, 1)
            run.add_facts(training_seconds=seconds)
            load_checkpoint(chosen_checkpoint(run), model)
            graph = measured_graph(model, compute)
            metrics = measure(Predictor(graph.logits), prepared, run, console=console)
            show_end(
                writers,
                run,
                model=model,
                measured=graph,
                prepared=prepared,
                metrics=metrics,
                training_seconds=seconds,
            )
        run.write_metrics({**metrics, "epochs": history})
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        run.add_facts(status="trained", peak_memory_mib=peak)
    return run


def _fit(
    recipe: Recipe, setup: TrainingSetup, prepared: Prepared, run: RunFolder, writers: Writers, console: Console
) -> list[dict[str, float]]:
    training, model, batches = recipe.training, setup.model, setup.batches

    def validate(epoch: int) -> dict[str, float]:
        # Made anew each time: the weights in it are constants.
        predict, rows = Predictor(measured_graph(model, setup.compute).logits), prepared.examples["validation"]
        logits = split_logits(predict, prepared, "validation")
        write_validation(writers, rows, logits, epoch=epoch)
        # A traced function is a cycle: it would stay with its constants until the collector came by itself.
        del predict
        gc.collect()
        return scores(rows.labels, logits)

    with profiled(run.tensorboard, training.profile_steps) as profiler:
        return fit(
            model,
            optimizer=make_optimizer(recipe, batches),
            loss=setup.task.loss(),
            metrics=setup.task.metrics(),
            dataset=batches.dataset(),
            size=batches.size,
            epochs=training.epochs,
            steps_per_epoch=batches.steps_per_epoch,
            validate=validate if "validation" in prepared.examples else None,
            run_folder=run.path,
            monitor=monitored(recipe),
            patience=training.early_stopping,
            callbacks=[*profiler, Scalars(writers, size=batches.size)],
            console=console,
            first_step=lambda seconds: run.add_facts(seconds_to_first_step=seconds, batch_shapes=batches.shapes),
        )


def _write_facts(run: RunFolder, files: EncoderFiles, prepared: Prepared, compute: Compute, *, pooling: str) -> None:
    with new_folder(run.encoder, error=RunError) as temporary:
        for pattern in _ENCODER_FILES:
            for path in files.folder.glob(pattern):
                shutil.copy(path, temporary)
    run.add_facts(
        label_names=list(prepared.splits.label_names),
        encoder={"name": files.name, "origin": files.origin, "weights_sha256": files.weights_sha256},
        tokenizer={"fingerprint": prepared.tokenizer.fingerprint, **prepared.tokenizer.settings},
        data={
            "fingerprints": {name: examples.fingerprint for name, examples in prepared.examples.items()},
            **dataclasses.asdict(prepared.splits.report),
        },
        compute=compute.reason,
        pooling=pooling,
        versions=versions(),
        machine=describe(),
    )


@contextlib.contextmanager
def _told(run: RunFolder) -> Iterator[None]:
    """Write down how a run ended that didn't end well, and make Ctrl-C a sentence."""
    try:
        yield
    except KeyboardInterrupt as stop:
        _note_end(run, "stopped")
        done = max((checkpoint.epoch for checkpoint in list_checkpoints(run.checkpoints)), default=0)
        raise StoppedError(
            f"Training was stopped; {done} of {run.recipe.training.epochs} epochs are done and kept.",
            where=str(run.path),
            hint=(f"`bert-tf export {run.path}` exports what is there; " if done else "")
            + f"`bert-tf train {run.path / 'recipe.toml'}` starts the same run again",
        ) from stop
    except BaseException:
        _note_end(run, "failed")
        raise


def _note_end(run: RunFolder, status: str) -> None:
    # A full disk may be why the run ends, and must not hide that it is.
    with contextlib.suppress(RunError):
        run.add_facts(status=status)
