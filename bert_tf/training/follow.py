"""The loop of a worker that is not the chief: it computes its part of each step, and leaves nothing."""

import tf_keras as keras

from bert_tf.models.worker_group import WorkerGroup, lost_workers_told
from bert_tf.training.divergence import StopOnDivergence
from bert_tf.training.fit import Steps, fit_epochs
from bert_tf.training.shortage import shortage_told
from bert_tf.training.step_counter import StepCounter
from bert_tf.training.together import EndTogether, Start, start_together


def follow(model: keras.Model, steps: Steps, *, group: WorkerGroup) -> None:
    """Train with the chief, from where it starts to where it ends.

    Args:
        model: As of `compile_model`, with the group.
        steps: What it is trained on, this worker's part of each.
        group: The workers.

    Raises:
        TrainingError: the loss is not a number, or memory ran out.
        LostWorkerError: another worker is gone.
    """
    start = start_together(group, model, Start())
    if not start.goes_on:
        return
    counter = StepCounter(epochs=start.epochs, steps_of_epoch=start.steps_of_epoch)
    with shortage_told(), lost_workers_told():
        fit_epochs(model, steps, counter, [StopOnDivergence(), EndTogether(group), counter])
