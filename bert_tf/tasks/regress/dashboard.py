"""What TensorBoard shows of numbers."""

import numpy as np

from bert_tf.scores import number_text, signed_text
from bert_tf.training.tensorboard.event_writers import Writers
from bert_tf.training.tensorboard.mistakes import rows_table, write_mistakes
from bert_tf.training.tensorboard.scatter_image import write_scatter
from bert_tf.training.tensorboard.task_dashboard import Answered, Texts

_WORST = "Validation rows whose number is predicted worst, the largest error first."
_ROWS = 20


class RegressDashboard:
    """See `TaskDashboard`."""

    def show_epoch(self, writers: Writers, texts: Texts, answers: Answered, *, epoch: int) -> None:
        """Predicted against expected, a histogram of errors, and the worst rows; nothing of what is not finite."""
        expected, values = answers.expected.astype(np.float64), answers.outputs["value"].astype(np.float64)
        if not len(values) or not np.isfinite(values).all():
            return
        write_scatter(writers.validation, expected, values, step=epoch)
        write_mistakes(
            writers.validation,
            worst_rows(texts, expected, values, deviation=answers.facts["std"]),
            step=epoch,
            description=_WORST,
        )

    def columns(self, answers: Answered, rows: np.ndarray) -> dict[str, list[str]]:
        """The label, the answer, and how far it is off."""
        expected, values, deviation = answers.expected, answers.outputs["value"], answers.facts["std"]
        return {
            "label": [number_text(expected[row], deviation) for row in rows],
            "answer": [number_text(values[row], deviation) for row in rows],
            "error": [signed_text(float(values[row]) - float(expected[row]), deviation) for row in rows],
        }


def worst_rows(texts: Texts, expected: np.ndarray, values: np.ndarray, *, deviation: float) -> str:
    """A table in Markdown of the rows with the largest errors.

    Args:
        texts: Of N rows.
        expected: float [N].
        values: What was predicted, float [N].
        deviation: The standard deviation of the training labels.
    """
    errors = values - expected
    worst = np.argsort(-np.abs(errors), kind="stable")[:_ROWS]
    cells = {
        int(row): [
            *(number_text(number, deviation) for number in (expected[row], values[row])),
            signed_text(errors[row], deviation),
        ]
        for row in worst
    }
    said = f"The largest {len(cells)} errors of {len(errors):,}:"
    return "\n".join([said, "", rows_table(("expected", "predicted", "error"), cells, texts)])
