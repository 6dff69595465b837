"""What TensorBoard shows of sets of labels."""

import numpy as np

from bert_tf.plurals import counted
from bert_tf.scores import score_text
from bert_tf.tasks.multilabel.answered_labels import (
    listed,
    names_in,
    names_of,
    probabilities_of,
    row_losses,
    selected_of,
)
from bert_tf.tasks.multilabel.decision_thresholds import with_thresholds
from bert_tf.training.tensorboard.curves import write_pr_curves
from bert_tf.training.tensorboard.event_writers import Writers
from bert_tf.training.tensorboard.mistakes import rows_table, write_mistakes
from bert_tf.training.tensorboard.plain import escaped_markdown
from bert_tf.training.tensorboard.task_dashboard import Answered, Texts

_MISTAKES = "Validation rows with missing or extra labels, largest log loss first."
_SHOWN = 20
_HEADS = ("expected", "selected", "log loss")


class MultilabelDashboard:
    """See `TaskDashboard`. Until a run has chosen thresholds, they are the best on the rows themselves."""

    def show_epoch(self, writers: Writers, texts: Texts, answers: Answered, *, epoch: int) -> None:
        """PR curves of the labels, and worst mistakes."""
        decided = with_thresholds(answers)
        write_pr_curves(
            writers.validation,
            answers.expected,
            probabilities_of(answers),
            label_names=names_of(answers),
            step=epoch,
        )
        write_mistakes(writers.validation, _mistakes(decided, texts), step=epoch, description=_MISTAKES)

    def columns(self, answers: Answered, rows: np.ndarray) -> dict[str, list[str]]:
        """The labels, those that were selected, and whether these are the same."""
        names, selected = names_of(answers), selected_of(answers)
        return {
            "labels": [listed(names_in(answers.expected[row], names)) for row in rows],
            "selected": [listed(names_in(selected[row], names)) for row in rows],
            "verdict": ["right" if (selected[row] == answers.expected[row]).all() else "wrong" for row in rows],
        }


def _mistakes(answers: Answered, texts: Texts) -> str:
    names, selected, losses = names_of(answers), selected_of(answers), row_losses(answers)
    wrong = np.flatnonzero((selected != answers.expected).any(1))
    if not len(wrong):
        return f"No mistakes in {counted(len(losses), 'row')}."
    worst = wrong[np.argsort(-losses[wrong], kind="stable")][:_SHOWN]
    cells = {
        int(row): [
            escaped_markdown(listed(names_in(answers.expected[row], names))),
            escaped_markdown(listed(names_in(selected[row], names))),
            score_text(losses[row]),
        ]
        for row in worst
    }
    said = f"{len(wrong):,} of {len(losses):,} rows have missing or extra labels; the worst {len(worst)}:"
    return "\n".join([said, "", rows_table(_HEADS, cells, texts)])
