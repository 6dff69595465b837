"""training: from a recipe to a run with checkpoints, metrics and an exported model."""

import contextlib
import dataclasses
import functools
import gc
import pathlib
import resource
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from rich.console import Console

from bert_tf.data.data_table import data_table
from bert_tf.environment import seal_compiled_kernels
from bert_tf.errors import RunError, StoppedError
from bert_tf.evaluation.classification import scores
from bert_tf.evaluation.compute_outputs import Predictor
from bert_tf.machine import check_address_space, check_memory, describe
from bert_tf.models.compute import Compute
from bert_tf.models.encoder_sources import EncoderFiles, locate_encoder
from bert_tf.models.text_model import TextModel
from bert_tf.permissions import make_private
from bert_tf.recipe.schema import Recipe
from bert_tf.room import check_room
from bert_tf.runs.run import EXPORT, RunFolder, new_run
from bert_tf.stage import Stage
from bert_tf.temporaries import remove_leftovers
from bert_tf.training.checkpoints import Checkpoint, list_checkpoints, load_checkpoint
from bert_tf.training.epoch_end import ShouldStop
from bert_tf.training.fit import fit
from bert_tf.training.precision import matmuls_in
from bert_tf.training.shortage import shortage_told
from bert_tf.training.tensorboard.event_writers import Writers, open_writers
from bert_tf.training.tensorboard.profile import profiled
from bert_tf.training.tensorboard.scalars import Scalars
from bert_tf.training.tensorboard.validation import write_validation
from bert_tf.versions import versions
from bert_tf.workflow.assemble import chosen_checkpoint, measured_graph, measured_of, monitored
from bert_tf.workflow.disk_needs import training_needs, weights_bytes
from bert_tf.workflow.evaluate import measure, split_logits
from bert_tf.workflow.prepare import Prepared, prepare
from bert_tf.workflow.resume import carry_over, last_state
from bert_tf.workflow.tensorboard import show_end, show_start
from bert_tf.workflow.training_setup import TrainingSetup, make_optimizer, set_up_training

_COPIES_OF_WEIGHTS = 4
_IDS_ONLY = (
    "This encoder's tokenizer is not WordPiece and has no form in the graph: the exported model will take token ids, "
    "not text, and whoever calls it tokenizes with Hugging Face."
)


def train_recipe(
    recipe: Recipe,
    *,
    runs_folder: pathlib.Path,
    cache_folder: pathlib.Path,
    console: Console | None = None,
    run_folder: pathlib.Path | None = None,
    measure_test: bool = True,
    summarize: bool = True,
    until_epoch: int | None = None,
    continue_from: RunFolder | None = None,
    should_stop: ShouldStop | None = None,
    exports: bool = True,
) -> RunFolder:
    """Train and evaluate, and leave a run; what can be checked is checked before training starts, room on the disk too.

    Args:
        recipe: Resolved.
        runs_folder: Gets `<recipe>/<id>/`.
        cache_folder: Checked examples, token ids and character tables that runs share.
        console: Where progress is shown; None shows none.
        run_folder: Takes the place of `<recipe>/<id>/`; it must not exist.
        measure_test: False leaves the test rows alone: neither measured nor, unless they are drawn as a share, read.
        summarize: False leaves out what TensorBoard shows of a run as a whole: its row in HParams, the graph and
            vectors of texts. A search has a table of its own.
        until_epoch: Stop after this epoch and keep the optimizer's state, so that another run can go on; the schedule
            is that of all epochs.
        continue_from: A run of the same recipe that was stopped so; its epochs become this run's.
        should_stop: See `EpochEnd`.
        exports: Ask for room on the disk for an export as well, unless the run has a folder of its own.

    Raises:
        BertTfError: whatever is wrong, in a sentence. StoppedError when the user stops the run.
    """
    console = console or Console(quiet=True)
    remove_leftovers(runs_folder / recipe.name, but=EXPORT)
    with Stage(console, f"finding the encoder {recipe.model.encoder}") as stage:
        files = locate_encoder(recipe.model.encoder)
        state = last_state(continue_from, recipe) if continue_from else None
        prepared = prepare(
            recipe,
            encoder_folder=files.folder,
            cache_folder=cache_folder,
            with_test=measure_test,
            notice=stage.rename,
        )
    console.print(data_table(prepared.splits.report))
    with Stage(console, "loading the encoder"):
        setup = set_up_training(recipe, files=files, prepared=prepared)
    compute = setup.compute
    needs = training_needs(
        recipe,
        setup.model,
        folder=run_folder or runs_folder,
        epochs=until_epoch or recipe.training.epochs,
        keeps_state=until_epoch is not None and until_epoch < recipe.training.epochs,
        exports=exports and run_folder is None,
    )
    check_room(needs)
    _check_memory(setup.model)
    run = new_run(recipe, runs_folder, folder=run_folder)
    facts = f"{run.path}: {recipe.model.encoder} from {files.origin}, {compute.reason}"
    # Not as markup: a folder's name may hold brackets.
    console.print(facts, highlight=False, markup=False, soft_wrap=True)
    if not prepared.tokenizer.in_graph:
        console.print(_IDS_ONLY, soft_wrap=True)
    with _told(run):
        _write_facts(run, files, prepared, compute, pooling=setup.pooling)
        if continue_from:
            carry_over(continue_from, run)
        train_epochs = functools.partial(
            _fit, until_epoch=until_epoch, continue_from=state, should_stop=should_stop, console=console
        )
        metrics, epochs = _train_and_measure(train_epochs, recipe, setup, prepared, run, console, summarize=summarize)
        before = continue_from.metrics["epochs"][: state.epoch] if continue_from and state else []
        run.write_metrics({**metrics, "epochs": [*before, *epochs]})
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        run.add_facts(status="trained", peak_memory_mib=peak)
    return run


def _check_memory(model: TextModel) -> None:
    """Weights, gradients and the optimizer's two moments are there at once, whatever the batch."""
    least = _COPIES_OF_WEIGHTS * weights_bytes(model) >> 20
    check_memory(least)
    check_address_space(least)


def _train_and_measure(
    train_epochs: Callable[..., list[dict[str, float]]],
    recipe: Recipe,
    setup: TrainingSetup,
    prepared: Prepared,
    run: RunFolder,
    console: Console,
    *,
    summarize: bool,
) -> tuple[dict[str, Any], list[dict[str, float]]]:
    """The metrics of the best epoch by split, and the logs of each."""
    answers: dict[int, np.ndarray] = {}
    with matmuls_in(setup.compute.graph_precision), shortage_told(), open_writers(run.tensorboard) as writers:
        if summarize:
            show_start(writers, run, recipe)
        started = time.perf_counter()
        epochs = train_epochs(recipe, setup, prepared, run, writers, answers=answers)
        seconds = round(time.perf_counter() - started, 1)
        run.add_facts(training_seconds=seconds)
        best = chosen_checkpoint(run)
        with Stage(console, f"loading epoch {best.epoch}, the best"):
            load_checkpoint(best, setup.model)
            graph = measured_graph(setup.model, setup.compute)
        known = {"validation": answers[best.epoch]} if best.epoch in answers else {}
        metrics = measure(Predictor(graph.logits), prepared, run, console=console, known=known)
        if summarize:
            with Stage(console, "writing the graph and vectors of texts for TensorBoard"):
                show_end(
                    writers,
                    run,
                    model=setup.model,
                    measured=graph,
                    prepared=prepared,
                    metrics=metrics,
                    training_seconds=seconds,
                )
    return {**metrics, **measured_of(best)}, epochs


def _fit(
    recipe: Recipe,
    setup: TrainingSetup,
    prepared: Prepared,
    run: RunFolder,
    writers: Writers,
    *,
    answers: dict[int, np.ndarray],
    console: Console,
    until_epoch: int | None,
    continue_from: Checkpoint | None,
    should_stop: ShouldStop | None,
) -> list[dict[str, float]]:
    """The logs of each epoch; `answers` gets the logits of the validation rows after each, by epoch."""
    training, model, batches = recipe.training, setup.model, setup.batches
    steps_before = continue_from.epoch * batches.steps_per_epoch if continue_from else 0

    def validate(epoch: int) -> dict[str, float]:
        # Made anew each time: the weights in it are constants.
        predict, rows = Predictor(measured_graph(model, setup.compute).logits), prepared.examples["validation"]
        answers[epoch] = logits = split_logits(predict, prepared, "validation")
        write_validation(writers, rows, logits, epoch=epoch)
        # A traced function is a cycle: it would stay with its constants until the collector came by itself.
        del predict
        gc.collect()
        return scores(rows.labels, logits)

    def first_step(seconds: float | None) -> None:
        run.add_facts(seconds_to_first_step=seconds, batch_shapes=batches.shapes)
        # Now and not at the end only: other processes start meanwhile, and this one may be killed.
        seal_compiled_kernels()

    with profiled(run.tensorboard, training.profile_steps) as profiler:
        return fit(
            model,
            optimizer=make_optimizer(recipe, batches),
            loss=setup.task.loss(),
            metrics=setup.task.metrics(),
            dataset=batches.dataset(first_step=steps_before),
            size=batches.size,
            epochs=until_epoch or training.epochs,
            steps_per_epoch=batches.steps_per_epoch,
            validate=validate if "validation" in prepared.examples else None,
            run_folder=run.path,
            monitor=monitored(recipe),
            patience=training.early_stopping,
            callbacks=[*profiler, Scalars(writers, size=batches.size)],
            console=console,
            first_step=first_step,
            continue_from=continue_from,
            keep_state=until_epoch is not None and until_epoch < training.epochs,
            should_stop=should_stop,
        )


def _write_facts(run: RunFolder, files: EncoderFiles, prepared: Prepared, compute: Compute, *, pooling: str) -> None:
    run.keep_encoder(files.folder)
    run.add_facts(
        label_names=list(prepared.splits.label_names),
        encoder={name: getattr(files, name) for name in ("name", "origin", "commit", "weights_sha256")},
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
    """Write down how a run ended that didn't end well, make Ctrl-C a sentence, and let only the owner read the run."""
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
    finally:
        # TensorFlow writes event files as the umask says.
        make_private(run.path, but=EXPORT)


def _note_end(run: RunFolder, status: str) -> None:
    # A full disk may be why the run ends, and must not hide that it is.
    with contextlib.suppress(RunError):
        run.add_facts(status=status)
