"""What an index is made of, read and checked before anything is computed. Nothing here needs TensorFlow."""

import dataclasses
import pathlib
from collections.abc import Sequence

from bert_tf.data.corpus import Corpus, Questions, read_corpus, read_questions
from bert_tf.data.file_format import FileFormat, Quote
from bert_tf.errors import DataError, RunError
from bert_tf.export.answer_index import AnswerIndex, find_index
from bert_tf.handoff.held_out_questions import held_out_questions
from bert_tf.plurals import counted
from bert_tf.runs.run import RunFolder
from bert_tf.tasks.table import TASKS

TOP = 5  # as the help of `bert-tf index` says


@dataclasses.dataclass(frozen=True)
class IndexRequest:
    """What is to be indexed.

    Attributes:
        answers: A path, glob or URI of a table of answers, or the path of answers.parquet in a handoff, whose vectors
            are taken as they are.
        text, identifier: Columns of the table; `text` and `id` if not given.
        metadata: Further columns that are served with an answer.
        questions: A path, glob or URI of questions; None for none.
        held_out: Whether the run's own validation rows are the questions.
        question, answer: Columns of the questions and of the ids of their right answers.
        approximate: Whether the search is approximate, so that there may be any number of answers.
        top: How many answers a question gets; `TOP`, or as many as there are, if not given.
        delimiter, encoding, quote, skip_lines: Of answers and questions, as of `FileFormat`.
    """

    answers: str
    text: str | None = None
    identifier: str | None = None
    metadata: Sequence[str] = ()
    questions: str | None = None
    question: str = "question"
    answer: str = "id"
    top: int | None = None
    held_out: bool = False
    approximate: bool = False
    delimiter: str | None = None
    encoding: str | None = None
    quote: Quote = "auto"
    skip_lines: int | None = None

    @property
    def file_format(self) -> FileFormat:
        """Of answers and questions."""
        return FileFormat(
            delimiter=self.delimiter, encoding=self.encoding, quote=self.quote, skip_lines=self.skip_lines
        )


@dataclasses.dataclass(frozen=True)
class IndexRows:
    """What was read.

    Attributes:
        corpus: The answers.
        questions: None where none were given.
        top: How many answers a question gets.
        before: The index that was made before, where that was given; else None.
        where: What the answers were read from.
    """

    corpus: Corpus
    questions: Questions | None
    top: int
    before: AnswerIndex | None
    where: str


def check_run(run: RunFolder) -> None:
    """Raises RunError where a run's model gives no vectors that answers can be found by."""
    name = run.recipe_values["task"]
    if not TASKS[name].gives_vectors:
        able = [other for other, task in TASKS.items() if task.gives_vectors]
        raise RunError(
            f"This run is of the task {name}, whose model gives no vectors to search by.",
            where=str(run.path),
            hint=f"train a recipe with the task {' or '.join(able)}",
        )


def read_index_rows(request: IndexRequest, run: RunFolder) -> IndexRows:
    """Read answers and questions.

    Args:
        request: What is to be indexed.
        run: With the model, and the rows for `held_out`.

    Raises:
        DataError: something is wrong with them, or more answers are asked for than there are.
        RunError: as of `held_out_questions`.
    """
    before = find_index(pathlib.Path(request.answers)) if request.answers.endswith(".parquet") else None
    if before is not None and (request.metadata or request.text or request.identifier):
        raise DataError(
            "An index that was made before keeps the texts, ids and metadata that it was made with.",
            where=request.answers,
            hint="leave out --text, --id and --metadata, or index the answers' own file to choose other columns",
        )
    corpus = (
        read_corpus(
            request.answers,
            text=request.text or "text",
            identifier=request.identifier or "id",
            metadata=request.metadata,
            is_bounded=not request.approximate,
            file_format=request.file_format,
        )
        if before is None
        else before.corpus
    )
    if request.top is not None and not 1 <= request.top <= len(corpus):
        raise DataError(
            f"{request.top} answers to a question can't be found among {counted(len(corpus), 'answer')}.",
            where=request.answers,
            hint=f"--top {min(TOP, len(corpus))}, or any number from 1 to {len(corpus):,}",
        )
    questions = _questions(request, corpus, run)
    return IndexRows(corpus, questions, request.top or min(TOP, len(corpus)), before, request.answers)


def _questions(request: IndexRequest, corpus: Corpus, run: RunFolder) -> Questions | None:
    if request.held_out and request.questions is not None:
        raise DataError(
            "Questions come from a file or from the run's validation rows, and not from both.",
            where=request.questions,
            hint="leave out --questions or --held-out",
            kind="usage",
        )
    if request.held_out:
        return held_out_questions(run, corpus)
    if request.questions is None:
        return None
    return read_questions(
        request.questions,
        corpus,
        question=request.question,
        answer=request.answer,
        file_format=request.file_format,
    )
