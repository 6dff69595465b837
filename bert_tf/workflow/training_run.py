"""One training, from its first epoch to its last, and what it leaves."""

import contextlib
import dataclasses
import functools
import gc
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from rich.console import Console

from bert_tf.batches.dataset import BatchSize
from bert_tf.environment import seal_compiled_kernels
from bert_tf.errors import RunError
from bert_tf.evaluation.compute_outputs import Arrays, Predictor
from bert_tf.evaluation.hard_negatives import Mining
from bert_tf.evaluation.split_metrics import Answers
from bert_tf.machine import peak_memory_mib, return_freed_memory
from bert_tf.models.frozen.frozen_model import InferenceGraph
from bert_tf.models.word_outputs import word_reader
from bert_tf.recipe.schema import Recipe
from bert_tf.runs.run import RunFolder
from bert_tf.stage import Stage
from bert_tf.training.checkpoints import list_checkpoints, load_checkpoint, monitored_rank
from bert_tf.training.epoch_end import Validation
from bert_tf.training.first_step import FirstStep
from bert_tf.training.fit import Steps, fit
from bert_tf.training.keep_points import Checkpointing
from bert_tf.training.resume_points import (
    Progress,
    ResumePoint,
    copied_point,
    load_batches,
    remove_points,
    write_point,
)
from bert_tf.training.tensorboard.event_writers import Writers, event_bytes
from bert_tf.training.tensorboard.profile import profiled
from bert_tf.training.tensorboard.scalars import Scalars
from bert_tf.workflow.assemble import chosen_checkpoint, measured_graph, measured_of
from bert_tf.workflow.evaluate import BATCH_TOKENS, measure, split_outputs
from bert_tf.workflow.mined_negatives import NegativeMiner
from bert_tf.workflow.prepare import Prepared
from bert_tf.workflow.resume import Resumed
from bert_tf.workflow.tensorboard import show_end, show_start
from bert_tf.workflow.training_scope import TrainingScope
from bert_tf.workflow.training_setup import TrainingSetup, compile_for_training

_SECONDS_OF_A_MINUTE = 60
_FIRST_STEP = "seconds_to_first_step"  # in run.json
_MINED = "mined_negatives"  # likewise: how many rows have one, by the epochs that were done


@dataclasses.dataclass
class TrainingRun:
    """A run while it is trained: `fit_epochs`, then `measure`, then `finish`.

    Attributes:
        recipe: Resolved.
        run: Gets checkpoints, facts and metrics.
        setup: Model and batches.
        prepared: The data.
        scope: How much of the recipe is trained.
        resumed: Where training starts; None for the first step.
        writers: Of the run's event files.
        console: Where progress is shown.
    """

    recipe: Recipe
    run: RunFolder
    setup: TrainingSetup
    prepared: Prepared
    scope: TrainingScope
    resumed: Resumed | None
    writers: Writers
    console: Console
    # Outputs on the validation rows after the best epoch so far, by its number: they are not computed twice.
    _validation_outputs: dict[int, Arrays] = dataclasses.field(default_factory=dict)
    _lowest_rank: float = math.inf
    _trained: Progress = dataclasses.field(default_factory=Progress)

    def fit_epochs(self) -> None:
        """Train all epochs that are asked for; the checkpoints of the best and the last one stay.

        Raises:
            TrainingError: as of `fit`.
        """
        if self.scope.summarize and not self._point:
            show_start(self.writers, self.run, self.recipe, self.prepared.task)
        compile_for_training(self.recipe.training, self.setup)
        if self._miner and self._point:
            self._miner.of_point(load_batches(self._point))
            self._take_mined(self._miner)
        with profiled(self.run.tensorboard, self.recipe.training.profile_steps) as profiler:
            self._trained = fit(
                self.setup.model,
                self._steps(),
                validation=self._validation(),
                checkpoints=self._checkpointing(),
                callbacks=[*profiler, Scalars(self.writers, size=self._size), FirstStep(self._first_step)],
                console=self.console,
                group=self.scope.group,
            )
        self.run.add_facts(training_seconds=self._trained.seconds)

    def measure(self) -> dict[str, Any]:
        """The metrics of the best epoch by split, and which it is; the run gets the predictions.

        Raises:
            TrainingError: the best checkpoint can't be read. RunError: the disk is full.
        """
        return_freed_memory()
        best = chosen_checkpoint(self.run)
        with Stage(self.console, f"loading epoch {best.epoch}, the best"):
            load_checkpoint(best, self.setup.model)
            graph = measured_graph(self.setup.model, self.setup.compute)
        known = {"validation": self._validation_outputs[best.epoch]} if best.epoch in self._validation_outputs else {}
        metrics = measure(
            self._predictor(graph),
            self.prepared,
            self.run,
            network=self.setup.model.network,
            console=self.console,
            known=known,
        )
        if self.scope.summarize:
            self._summarize(graph, metrics)
        return {**metrics, **measured_of(best)}

    @contextlib.contextmanager
    def kept_when_stopped(self) -> Iterator[None]:
        """Leave a point behind the last epoch when a signal ends the block, where the best epoch may be loaded."""
        try:
            yield
        except KeyboardInterrupt:
            load_checkpoint(list_checkpoints(self.run.checkpoints, training=self.run.training_id)[-1], self.setup.model)
            point = copied_point(self.setup.model, self._for_point())
            write_point(self.run.checkpoints, point, self._trained, training=self.run.training_id)
            raise

    def finish(self, metrics: dict[str, Any]) -> None:
        """Leave the metrics, with the logs of each epoch, and the word that the run is trained."""
        self.run.write_metrics({**metrics, "epochs": self._trained.epochs})
        self.run.add_facts(status="trained", peak_memory_mib=peak_memory_mib())
        if not self.scope.is_part(self.recipe.training.epochs):
            remove_points(self.run.checkpoints)

    def _steps(self) -> Steps:
        steps = Steps(
            lambda step: self.setup.batches.dataset(
                first_step=step, epochs=steps.stretch(step // steps.steps_per_epoch)
            ),
            self._size,
            epochs=self.scope.last_epoch(self.recipe.training.epochs),
            steps_per_epoch=self.setup.batches.steps_per_epoch,
            renew_every=self._mining.every if self._mining else None,
            renew=self._mine,
        )
        return steps

    @property
    def _mining(self) -> Mining | None:
        return self.prepared.task.mining(self.recipe)

    @functools.cached_property
    def _miner(self) -> NegativeMiner | None:
        if self._mining is None:
            return None
        return NegativeMiner(self._mining, self.prepared, seed=self.recipe.training.seed, batch_tokens=BATCH_TOKENS)

    def _size(self, step: int) -> BatchSize:
        return self.setup.batches.size(step)

    def _take_mined(self, miner: NegativeMiner) -> None:
        self.setup = dataclasses.replace(self.setup, batches=miner.batches(self.setup.batches))

    def _mine(self, epochs: int) -> None:
        """Give each training row a hard negative by the model as it is now."""
        if self._miner is None:
            return
        predict = self._predictor()
        self._miner.mine(predict)
        del predict
        gc.collect()
        self._take_mined(self._miner)
        self.console.print(self._miner.told(epochs), highlight=False, soft_wrap=True)
        before = self.run.facts.get(_MINED, {})
        self.run.add_facts(**{_MINED: {**before, str(epochs): self._miner.found}})

    def _validation(self) -> Validation:
        return Validation(
            self._validate if "validation" in self.prepared.examples else None,
            self.setup.monitor,
            patience=self.recipe.training.early_stopping,
            should_stop=self.scope.should_stop,
        )

    def _checkpointing(self) -> Checkpointing:
        every = self.recipe.training.checkpoint_every
        return Checkpointing(
            self.run.checkpoints,
            resume_from=self._point,
            every_steps=every if isinstance(every, int) else None,
            every_seconds=math.inf if isinstance(every, int) else _SECONDS_OF_A_MINUTE * int(every.split()[0]),
            at_end=self.scope.is_part(self.recipe.training.epochs),
            event_bytes=self._event_bytes,
            batches=self._for_point,
            signals=self.scope.signals,
            training=self.run.training_id,
        )

    def _for_point(self) -> dict[str, np.ndarray]:
        return self._miner.for_point() if self._miner else {}

    @property
    def _point(self) -> ResumePoint | None:
        return self.resumed.point if self.resumed else None

    def _event_bytes(self) -> dict[str, int]:
        """Asked for at the end of each epoch and at each point: where it is seen that the folder is gone."""
        if not self.run.is_there:
            raise RunError(
                "The run's folder was removed while it was trained.",
                where=str(self.run.path),
                hint="train again",
            )
        self.writers.thread.wait()
        return event_bytes(self.run.tensorboard)

    def _validate(self, epoch: int) -> dict[str, float]:
        predict, rows = self._predictor(), self.prepared.examples["validation"]
        outputs = split_outputs(predict, self.prepared, "validation", self.setup.model.network)
        task, answers = self.prepared.task, Answers(rows.targets, outputs, rows.facts)
        # Pictures take as long as a dozen steps, which go on meanwhile.
        self.writers.thread.write(task.dashboard().show_epoch, self.writers, rows, answers, epoch=epoch)
        # A traced function is a cycle: it would stay with its constants until the collector came by itself.
        del predict
        gc.collect()
        # A copy of the weights comes next.
        return_freed_memory()
        metrics = task.metrics().after_epoch(answers)
        rank = monitored_rank(metrics, monitor=self.setup.monitor)
        if rank < self._lowest_rank:
            self._lowest_rank, self._validation_outputs = rank, {epoch: outputs}
        return metrics

    def _predictor(self, graph: InferenceGraph | None = None) -> Predictor:
        """Of the model as it is now: made anew each time where the weights in its graph are constants."""
        if self.setup.compute.fused_dtype is None:
            return self._plain_predictor
        return self._new_predictor(graph)

    @functools.cached_property
    def _plain_predictor(self) -> Predictor:
        return self._new_predictor(None)

    def _new_predictor(self, graph: InferenceGraph | None) -> Predictor:
        model = self.setup.model
        words = word_reader(model.network, self.prepared.begins_word)
        return Predictor((graph or measured_graph(model, self.setup.compute)).outputs, words)

    def _first_step(self, seconds: float | None) -> None:
        if _FIRST_STEP not in self.run.facts:
            # Of the process, whose first training was the baseline's.
            since_start = None if self.scope.baseline else seconds
            self.run.add_facts(**{_FIRST_STEP: since_start}, batch_shapes=self.setup.batches.shapes)
        # Now and not at the end only: other processes start meanwhile, and this one may be killed.
        seal_compiled_kernels()
        # What tracing and compiling took.
        return_freed_memory()

    def _summarize(self, graph: InferenceGraph, metrics: dict[str, Any]) -> None:
        with Stage(self.console, "writing graph and embeddings for TensorBoard"):
            show_end(
                self.writers,
                self.run,
                model=self.setup.model,
                measured=graph,
                prepared=self.prepared,
                metrics=metrics,
                training_seconds=self._trained.seconds,
            )
