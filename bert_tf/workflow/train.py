"""training: from a recipe to a run with checkpoints, metrics and predictions."""

import contextlib
import pathlib
from typing import Any

from rich.console import Console

from bert_tf.data.data_table import data_table
from bert_tf.machine import check_address_space, check_memory, describe, return_freed_memory
from bert_tf.models.text_model import TextModel
from bert_tf.recipe.schema import Recipe
from bert_tf.room import check_room
from bert_tf.runs.interruption import start_again
from bert_tf.runs.run import EXPORT, RunFolder, new_run
from bert_tf.runs.run_lock import held_run
from bert_tf.stage import Stage
from bert_tf.temporaries import remove_leftovers
from bert_tf.training.checkpoints import checkpoint_bytes
from bert_tf.training.precision import matmuls_in
from bert_tf.training.shortage import shortage_told
from bert_tf.training.tensorboard.event_writers import open_writers
from bert_tf.versions import versions
from bert_tf.workflow.cross_validation import CrossValidation, folds_of_rows
from bert_tf.workflow.disk_needs import training_needs, weights_bytes
from bert_tf.workflow.few_labels import learn_few_labels
from bert_tf.workflow.resume import changed_machine, check_unchanged
from bert_tf.workflow.run_end import noted_end
from bert_tf.workflow.start_notes import start_notes
from bert_tf.workflow.training_inputs import TrainingInputs, read_inputs
from bert_tf.workflow.training_run import TrainingRun
from bert_tf.workflow.training_scope import WHOLE, TrainingScope
from bert_tf.workflow.training_setup import TrainingSetup, set_up_training
from bert_tf.workflow.workers import check_same_training

_COPIES_OF_WEIGHTS = 4
_LAST_FACT = "steps"  # of those that a run writes down before it trains
_OTHER_BITS = "Since the run began, {changed} changed, so results will differ from an uninterrupted run."


def train_recipe(
    recipe: Recipe,
    *,
    runs_folder: pathlib.Path,
    cache_folder: pathlib.Path,
    console: Console | None = None,
    scope: TrainingScope = WHOLE,
) -> RunFolder:
    """Train and evaluate, and leave a run; what can be checked is checked before training starts, room on the disk too.

    Args:
        recipe: Resolved.
        runs_folder: Gets `<recipe>/<id>/`.
        cache_folder: Checked examples, token ids and character tables that runs share.
        console: Where progress is shown; None shows none.
        scope: How much of the recipe is trained.

    Raises:
        BertTfError: whatever is wrong, in a sentence. InterruptedRunError when the user stops the run.
    """
    console = console or Console(quiet=True)
    remove_leftovers(scope.interrupted.path if scope.interrupted else runs_folder / recipe.name, but=EXPORT)
    with contextlib.ExitStack() as held:
        if scope.interrupted:
            held.enter_context(held_run(scope.interrupted.path))
        inputs = read_inputs(recipe, scope, cache_folder=cache_folder, console=console)
        console.print(data_table(inputs.prepared.splits.report))
        # Tokenizing took it, and weights fill other places.
        return_freed_memory()
        with Stage(console, "loading the encoder"):
            setup = set_up_training(recipe, inputs.files.folder, inputs.prepared, group=scope.group)
        if recipe.shots.folds is not None:
            folds_of_rows(recipe, inputs.prepared)
        _check_memory(recipe, setup.model)
        _check_room(recipe, scope, setup.model, runs_folder=runs_folder)
        run = scope.interrupted or new_run(recipe, runs_folder, folder=scope.run_folder)
        if not scope.interrupted:
            held.enter_context(held_run(run.path))
        for note in start_notes(recipe, run, inputs, setup):
            # Not as markup: a folder's name may hold brackets.
            console.print(note, highlight=False, markup=False, soft_wrap=True)
        with noted_end(run):
            if scope.group:
                check_same_training(scope.group, recipe, inputs)
            _begin(run, inputs, setup, scope, console)
            _train(recipe, run, inputs, setup, scope, console)
    return run


def _check_memory(recipe: Recipe, model: TextModel) -> None:
    """Weights, gradients and the optimizer's two moments are there at once, whatever the batch; of a model that is
    trained for cross-validation, beside the weights of the run's own."""
    copies = _COPIES_OF_WEIGHTS + (recipe.shots.folds is not None)
    least = copies * weights_bytes(model) >> 20
    check_memory(least)
    check_address_space(least)


def _check_room(recipe: Recipe, scope: TrainingScope, model: TextModel, *, runs_folder: pathlib.Path) -> None:
    before = scope.interrupted
    needs = training_needs(
        model,
        folder=before.path if before else scope.run_folder or runs_folder,
        epochs=scope.last_epoch(recipe.training.epochs),
        export=recipe.export if scope.exports and scope.run_folder is None else None,
        there=checkpoint_bytes(before.checkpoints) if before else 0,
    )
    check_room(needs)


def _begin(
    run: RunFolder, inputs: TrainingInputs, setup: TrainingSetup, scope: TrainingScope, console: Console
) -> None:
    """Write down what the run is; where it goes on, what it was stays, and has to be what it is."""
    facts = _facts(inputs, setup)
    if scope.group:
        facts["workers"] = scope.group.count
    if scope.interrupted:
        check_unchanged(run, facts)
        if changed := changed_machine(run, facts):
            console.print(_OTHER_BITS.format(changed=" and ".join(changed)), highlight=False, soft_wrap=True)
        start_again(run)
    if not scope.interrupted or _LAST_FACT not in run.facts:
        run.keep_encoder(inputs.files.folder)
        baseline = {} if scope.baseline is None else {"baseline": scope.baseline.path.name}
        run.add_facts(**facts, **baseline)
    if inputs.resumed and scope.interrupted:
        inputs.resumed.take_back()
    elif inputs.resumed:
        inputs.resumed.carry_over(run)


def _facts(inputs: TrainingInputs, setup: TrainingSetup) -> dict[str, Any]:
    files, prepared = inputs.files, inputs.prepared
    cut = {name: texts.truncated for name, texts in prepared.texts.items()}
    return {
        **prepared.facts,
        **({"truncated_texts_to_find": cut} if cut else {}),
        "encoder": {
            **{name: getattr(files, name) for name in ("name", "origin", "commit", "weights_sha256")},
            "files_sha256": files.files_sha256(),
        },
        "tokenizer": {"fingerprint": prepared.tokenizer.fingerprint, **prepared.tokenizer.settings},
        "data": {
            "fingerprints": {name: examples.fingerprint for name, examples in prepared.examples.items()},
            **prepared.splits.report.facts(),
        },
        "compute": setup.compute.reason,
        "pooling": setup.pooling,
        "versions": versions(),
        "machine": describe(),
        _LAST_FACT: setup.batches.steps_per_epoch * setup.batches.epochs,
    }


def _train(
    recipe: Recipe,
    run: RunFolder,
    inputs: TrainingInputs,
    setup: TrainingSetup,
    scope: TrainingScope,
    console: Console,
) -> None:
    with (
        matmuls_in(setup.compute.graph_precision),
        shortage_told(),
        open_writers(run.tensorboard) as writers,
    ):
        is_begun = inputs.resumed is not None and inputs.resumed.point is not None
        if recipe.shots.folds is not None and not is_begun:
            CrossValidation(recipe, run, inputs.files.folder, inputs.prepared, console).answer_all()
        training = TrainingRun(recipe, run, setup, inputs.prepared, scope, inputs.resumed, writers, console)
        # A point has the weights that this comes to; without one, it is done again, with the same result.
        if recipe.shots.steps and not is_begun:
            run.add_facts(few_shot=learn_few_labels(recipe, setup, inputs.prepared, console=console))
        training.fit_epochs()
        with training.kept_when_stopped():
            metrics = training.measure()
    training.finish(metrics)
