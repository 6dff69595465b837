"""Cross-validation of few labels: each training row is answered by a model that was trained on the other folds."""

import dataclasses
import gc
import logging
import pathlib
import time

import numpy as np
from rich.console import Console

from bert_tf.atomic import remove_folder
from bert_tf.batches.cache import Tokenizing
from bert_tf.data.examples import Examples, write_part
from bert_tf.data.folds import check_folds, stratified_folds
from bert_tf.errors import RunError
from bert_tf.evaluation.compute_outputs import Arrays, Predictor
from bert_tf.evaluation.predictions import Predictions, read_predictions, write_predictions
from bert_tf.evaluation.split_metrics import Answers
from bert_tf.ragged_rows import concatenated
from bert_tf.recipe.schema import Recipe, Text
from bert_tf.runs.run import RunFolder
from bert_tf.runs.run_metrics import CROSS_VALIDATION
from bert_tf.stage import Stage
from bert_tf.temporaries import scratch_folder
from bert_tf.training.divergence import StopOnDivergence
from bert_tf.training.fit import Steps, fit_epochs
from bert_tf.training.step_counter import StepCounter
from bert_tf.workflow.assemble import measured_graph
from bert_tf.workflow.evaluate import split_outputs
from bert_tf.workflow.few_labels import learn_few_labels
from bert_tf.workflow.long_texts import windowed_tokens
from bert_tf.workflow.prepare import Prepared
from bert_tf.workflow.training_setup import TrainingSetup, compile_for_training, set_up_training

_LOG = logging.getLogger(__name__)
_FOLDS = "folds"  # in the run, until all are answered
_FACT = "cross_validation"  # in run.json


def folds_of_rows(recipe: Recipe, prepared: Prepared) -> np.ndarray:
    """The fold of each training row, from 0, int [N].

    Args:
        recipe: With `few_shot.folds`, of a task with `Task.label_sets`.
        prepared: With the training rows.

    Raises:
        DataError: a label has fewer different texts than there are folds.
    """
    rows, label_sets, folds = prepared.examples["train"], prepared.task.label_sets, recipe.shots.folds
    if label_sets is None or folds is None:
        raise ValueError(f"{recipe.task} has no folds")
    has_label, number_of = label_sets(np.asarray(rows.targets), rows.facts), dict[tuple[bytes, ...], int]()
    columns = (rows.texts(0, len(rows)), rows.pairs(0, len(rows)))
    texts = zip(*(column for column in columns if column is not None), strict=True)
    same = np.array([number_of.setdefault(text, len(number_of)) for text in texts])
    check_folds(has_label, same, names=prepared.splits.target.names, folds=folds)
    return stratified_folds(has_label, same, folds=folds, seed=recipe.data.seed)


@dataclasses.dataclass(frozen=True)
class CrossValidation:
    """Trains a model for each fold, and leaves the answers of all in the run.

    A fold whose answers the run has already is passed over, so that an interrupted run goes on with the next one.

    Attributes:
        recipe: As of `folds_of_rows`.
        run: Gets predictions and facts.
        encoder_folder: Of the encoder that each fold begins with.
        prepared: With the training rows.
        console: Where progress is shown.
    """

    recipe: Recipe
    run: RunFolder
    encoder_folder: pathlib.Path
    prepared: Prepared
    console: Console

    def answer_all(self) -> None:
        """Train and answer what the run has not yet; `measure` measures it.

        Raises:
            TrainingError: the loss is not a number, or memory ran out. RunError: the disk is full.
        """
        rows = self.prepared.examples["train"]
        if self._kept(self.run.predictions(CROSS_VALIDATION), rows) is not None:
            return
        fold_of, seconds = folds_of_rows(self.recipe, self.prepared), self.run.facts.get(_FACT, {}).get("seconds", 0.0)
        answered = []
        for fold in range(int(fold_of.max()) + 1):
            started = time.monotonic()
            answered.append(self._answered(fold_of, fold))
            seconds = round(seconds + time.monotonic() - started, 1)
            self.run.add_facts(**{_FACT: {"folds": fold + 1, "seconds": seconds}})
        self._keep(fold_of, answered)
        remove_folder(self.run.path / _FOLDS)

    def _answered(self, fold_of: np.ndarray, fold: int) -> Predictions:
        path = self.run.path / _FOLDS / f"fold-{fold + 1}.parquet"
        with scratch_folder() as scratch:
            part = _without(self.prepared, fold_of == fold, text=self.recipe.text, folder=scratch)
            rows = part.examples["validation"]
            if (kept := self._kept(path, rows)) is not None:
                return kept
            told = f"Fold {fold + 1} of {fold_of.max() + 1}: training without {len(rows):,} of {len(fold_of):,} texts."
            self.console.print(told, highlight=False, soft_wrap=True)
            outputs = self._outputs(part)
            path.parent.mkdir(exist_ok=True)
            self._write(path, rows, outputs, part.whole_lengths("validation"))
        # Models and traced functions are cycles, and would hold their weights while the next one trains.
        gc.collect()
        return read_predictions(path, self.prepared.task.columns())

    def _kept(self, path: pathlib.Path, rows: Examples) -> Predictions | None:
        """Answers on these rows that the run has already, and that can be read."""
        if not path.is_file():
            return None
        try:
            kept = read_predictions(path, self.prepared.task.columns())
        except RunError as problem:
            _LOG.warning("%s They will be computed again: %s.", problem.what, path)
            return None
        return kept if kept.fingerprint == rows.fingerprint else None

    def _outputs(self, part: Prepared) -> Arrays:
        """What a model that is trained on one part of the rows answers to the others."""
        setup = set_up_training(self.recipe, self.encoder_folder, part)
        if self.recipe.shots.steps:
            learn_few_labels(self.recipe, setup, part, console=self.console)
        compile_for_training(self.recipe.training, setup)
        with Stage(self.console, "training"):
            _fit(self.recipe, setup)
        graph = measured_graph(setup.model, setup.compute)
        return split_outputs(Predictor(graph.outputs), part, "validation", setup.model.network)

    def _keep(self, fold_of: np.ndarray, answered: list[Predictions]) -> None:
        """Write the answers of all folds in the order of the training rows."""
        # Answers are of the folds one behind the other.
        order = np.argsort(np.argsort(fold_of, kind="stable"), kind="stable")
        outputs = {
            name: concatenated([each.answers.outputs[name] for each in answered])[order]
            for name in answered[0].answers.outputs
        }
        lengths = np.concatenate([each.lengths for each in answered])[order]
        self._write(self.run.predictions(CROSS_VALIDATION), self.prepared.examples["train"], outputs, lengths)

    def _write(self, path: pathlib.Path, rows: Examples, outputs: Arrays, lengths: np.ndarray) -> None:
        task = self.prepared.task
        # By no rows, as where there are no validation rows.
        chosen = task.choose_on_validation(Answers(rows.targets, outputs, rows.facts).of(slice(0)))
        rows = dataclasses.replace(rows, facts={**rows.facts, **chosen})
        write_predictions(path, rows, columns=task.columns(), outputs=outputs, lengths=lengths)


def _without(prepared: Prepared, held_out: np.ndarray, *, text: Text, folder: pathlib.Path) -> Prepared:
    """The training rows divided into those to learn from and those to answer, which are `validation`."""
    train = prepared.splits.train
    examples = {
        "train": write_part(train, ~held_out, folder),
        "validation": write_part(train, held_out, folder),
    }
    splits = dataclasses.replace(
        prepared.splits, train=examples["train"], validation=examples["validation"], test=None, leaked={}
    )
    tokenizing = Tokenizing(prepared.tokenizer, text.max_tokens, folder)
    return Prepared(
        prepared.task,
        splits,
        prepared.tokenizer,
        tokens={name: tokenizing.token_ids(rows) for name, rows in examples.items()},
        windowed=windowed_tokens(text, examples, tokenizing),
    )


def _fit(recipe: Recipe, setup: TrainingSetup) -> None:
    """All epochs; what is learned stays in the model."""
    steps = Steps(
        lambda step: setup.batches.dataset(first_step=step),
        setup.batches.size,
        epochs=recipe.training.epochs,
        steps_per_epoch=setup.batches.steps_per_epoch,
    )
    counter = StepCounter()
    fit_epochs(setup.model, steps, counter, [StopOnDivergence(), counter])
