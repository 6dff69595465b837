"""What TensorBoard shows of validation after each epoch, beside its scalars."""

import numpy as np
from scipy.special import softmax

from bert_tf.training.tensorboard.confusion_image import write_confusion
from bert_tf.training.tensorboard.curves import write_pr_curves
from bert_tf.training.tensorboard.event_writers import Writers
from bert_tf.training.tensorboard.mistakes import Rows, write_mistakes


def write_validation(writers: Writers, rows: Rows, logits: np.ndarray, *, epoch: int) -> None:
    """Confusion matrix, PR curves and worst mistakes.

    Args:
        writers: Of the run.
        rows: N of them.
        logits: float [N, C].
        epoch: That is done, from 1.
    """
    probabilities = softmax(logits.astype(np.float64), axis=-1)
    names = rows.facts["label_names"]
    write_confusion(writers.validation, rows.targets, logits.argmax(-1), label_names=names, step=epoch)
    write_pr_curves(writers.validation, rows.targets, probabilities, label_names=names, step=epoch)
    write_mistakes(writers.validation, rows, probabilities, step=epoch)
