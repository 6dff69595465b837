"""A run's own validation rows as questions: what an index is measured by where nobody has asked anything yet."""

import numpy as np
from pyarrow import parquet

from bert_tf.data.corpus import Corpus, Questions
from bert_tf.errors import DataError
from bert_tf.runs.run import RunFolder

_SPLIT = "validation"  # test rows stay for measuring


def held_out_questions(run: RunFolder, corpus: Corpus) -> Questions:
    """The texts of a run's validation rows that no training row has, each with the place of its right text.

    Args:
        run: Of the task `embed`, measured.
        corpus: The answers; the right text of a row is the first answer with the same text, and -1 where there is none.

    Raises:
        DataError: the run has no such rows, or none of their right texts is an answer.
        RunError: the rows are missing or are not those that were measured.
    """
    if _SPLIT not in run.metrics:
        raise DataError(
            "This run has no validation rows to choose a threshold by.",
            where=str(run.path),
            hint="give --questions FILE",
        )
    table = parquet.read_table(run.measured_predictions(_SPLIT), columns=["text", "right", "in_train"])
    table = table.filter(np.logical_not(table["in_train"].to_numpy()))
    places = {text: place for place, text in reversed(list(enumerate(corpus.texts)))}
    answers = np.array([places.get(right.encode(), -1) for right in table["right"].to_pylist()], np.int64)
    if not (answers >= 0).any():
        raise DataError(
            f"No answer is the matching text of any of the {len(answers):,} validation rows: they ask for other texts.",
            where=str(run.path),
            hint="give --questions FILE, or index the texts that the run was trained to find",
        )
    return Questions(tuple(text.encode() for text in table["text"].to_pylist()), answers, is_held_out=True)
