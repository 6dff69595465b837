"""What TensorBoard shows of single labels."""

import numpy as np
from scipy.special import softmax

from bert_tf.training.tensorboard.confusion_image import write_confusion
from bert_tf.training.tensorboard.curves import write_pr_curves
from bert_tf.training.tensorboard.event_writers import Writers
from bert_tf.training.tensorboard.mistakes import mistakes_table, write_mistakes
from bert_tf.training.tensorboard.task_dashboard import Answered, Texts

_MISTAKES = "Misclassified validation rows, lowest probability of the true label first."


class ClassifyDashboard:
    """See `TaskDashboard`."""

    def show_epoch(self, writers: Writers, texts: Texts, answers: Answered, *, epoch: int) -> None:
        """Confusion matrix, PR curves and worst mistakes."""
        labels, logits, names = answers.expected, answers.outputs["logits"], answers.facts["label_names"]
        probabilities = softmax(logits.astype(np.float64), axis=-1)
        write_confusion(writers.validation, labels, logits.argmax(-1), label_names=names, step=epoch)
        is_label = labels[:, np.newaxis] == np.arange(len(names))
        write_pr_curves(writers.validation, is_label, probabilities, label_names=names, step=epoch)
        table = mistakes_table(texts, labels, probabilities, label_names=names)
        write_mistakes(writers.validation, table, step=epoch, description=_MISTAKES)

    def columns(self, answers: Answered, rows: np.ndarray) -> dict[str, list[str]]:
        """The label, the answer, and whether that is right."""
        names, labels, predicted = answers.facts["label_names"], answers.expected, answers.outputs["logits"].argmax(-1)
        return {
            "label": [names[labels[row]] for row in rows],
            "answer": [names[predicted[row]] for row in rows],
            "verdict": ["right" if predicted[row] == labels[row] else "wrong" for row in rows],
        }
