"""The Python interface: train a recipe, use a run, load an exported model."""

import functools
import math
import os
import pathlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console

from bert_tf.data.file_format import Quote
from bert_tf.environment import cache_folder
from bert_tf.evaluation.frames import epochs_frame, predictions_frame
from bert_tf.export.loaded import ExportedModel
from bert_tf.export.serving_releases import DEFAULT_TARGET
from bert_tf.handoff.export_run import export_run
from bert_tf.handoff.index_rows import IndexRequest, check_run, read_index_rows
from bert_tf.handoff.index_run import index_run
from bert_tf.recipe.schema import Recipe
from bert_tf.report.comparison import Comparison
from bert_tf.report.epochs import epochs_from_events
from bert_tf.report.notebook import run_html, run_text
from bert_tf.runs.run import open_run
from bert_tf.stage import Stage
from bert_tf.tasks.exported import load_exported
from bert_tf.tasks.recipes import run_recipe
from bert_tf.tasks.table import followed_by
from bert_tf.terminal import display_console
from bert_tf.workflow.compare import compare_runs
from bert_tf.workflow.evaluate import evaluate_run
from bert_tf.workflow.predict import RunPredictor

if TYPE_CHECKING:
    import pandas as pd

Folder = str | os.PathLike[str]


class Run:
    """A run on disk.

    Args:
        folder: `runs/<recipe>/<id>`.

    Attributes:
        path: That folder.

    Raises:
        RunError: the folder is not a run; names the nearest.

    Examples:
        >>> run = bert_tf.Run("runs/bbc-news/20260101-120000")
        >>> sorted(run.metrics)
        ['checkpoint', 'epochs', 'test', 'validation']
    """

    def __init__(self, folder: Folder) -> None:
        self._run = open_run(pathlib.Path(folder))
        self.path = self._run.path

    @functools.cached_property
    def _predictor(self) -> RunPredictor:
        return RunPredictor(self._run, cache_folder=cache_folder())

    def __repr__(self) -> str:
        """Folder, status and a score."""
        return run_text(self._run, followed_by)

    def _repr_html_(self) -> str:
        """What a notebook shows: folder, status, scores by split."""
        return run_html(self._run, followed_by)

    @property
    def recipe(self) -> Recipe:
        """The run's resolved recipe."""
        return run_recipe(self._run)

    @property
    def metrics(self) -> dict[str, Any]:
        """`metrics.json`: "validation", "test" and "epochs". Raises RunError if nothing was measured yet."""
        return self._run.metrics

    @property
    def history(self) -> "pd.DataFrame":
        """Metrics of each epoch, as a pandas data frame indexed by `epoch`, from 1; also for unfinished runs.

        Raises:
            MachineError: pandas is not installed.

        Examples:
            >>> list(bert_tf.Run("runs/bbc-news/20260101-120000").history.index)
            [1, 2]
        """
        # An interrupted run that was evaluated has metrics, and none of its epochs.
        epochs = self.metrics.get("epochs") if self._run.is_measured else None
        return epochs_frame(epochs or epochs_from_events(self._run.tensorboard))

    def predictions(self, split: str = "test") -> "pd.DataFrame":
        """Predictions of the best checkpoint on a split, as a pandas data frame with text, label, prediction and more.

        Args:
            split: `test` or `validation`.

        Raises:
            RunError: the split wasn't evaluated, or its file is damaged or another run's. MachineError: no pandas.

        Examples:
            >>> rows = bert_tf.Run("runs/bbc-news/20260101-120000").predictions("test")
            >>> list(rows)[:5]
            ['place', 'text', 'label', 'predicted', 'score']
        """
        return predictions_frame(self._run.measured_predictions(split))

    def evaluate(self, *, console: Console | None = None) -> dict[str, Any]:
        """Evaluate the best checkpoint again; returns the metrics by split. `console` as for `train`.

        Examples:
            >>> run = bert_tf.Run("runs/bbc-news/20260101-120000")
            >>> run.evaluate()["test"] == run.metrics["test"]
            True
        """
        return evaluate_run(self._run, cache_folder=cache_folder(), console=console or display_console())

    def predict(self, texts: Iterable[str], pairs: Iterable[str] | None = None) -> list[dict[str, Any]]:
        """The answer to each text, in float32; of `classify` `label`, `score` and `probabilities` by label.

        The first call loads the model.

        Args:
            texts: Any iterable of strings, such as a list or a pandas column.
            pairs: The second texts, for a run on pairs.

        Examples:
            >>> (answer,) = bert_tf.Run("runs/bbc-news/20260101-120000").predict(["Shares fell sharply."])
            >>> list(answer), len(answer["probabilities"])
            (['label', 'score', 'probabilities'], 5)
        """
        return self._predictor(texts, pairs)

    def export(
        self,
        folder: Folder | None = None,
        *,
        target_serving: str = DEFAULT_TARGET,
        sign_key: Folder | None = None,
        precision: str | None = None,
        quantize: str | None = None,
        console: Console | None = None,
    ) -> pathlib.Path:
        """Export the best checkpoint and return the new version's folder.

        Args:
            folder: Parent of `<recipe>/<version>/`; the run's own `export/` by default.
            target_serving: TensorFlow Serving release that must be able to load the model.
            sign_key: Private key (PEM) to sign the version with; None doesn't sign.
            precision: "float32" or "bfloat16"; the recipe's value by default.
            quantize: "none" or "int8-weights"; the recipe's value by default.
            console: As for `train`.

        Raises:
            ExportError: the tokenizer in the graph differs from Hugging Face's, the target lacks an operation, or the
                disk is full.
            RecipeError: the recipe doesn't allow this precision. ModelError: the encoder doesn't support it.

        Examples:
            >>> version = bert_tf.Run("runs/bbc-news/20260101-120000").export("exported")
            >>> version.as_posix()
            'exported/bbc-news/1'
        """
        with Stage(console or display_console(), "exporting") as stage:
            return export_run(
                self._run,
                None if folder is None else pathlib.Path(folder),
                cache_folder=cache_folder(),
                target=target_serving,
                sign_key=None if sign_key is None else pathlib.Path(sign_key),
                precision=precision,
                quantize=quantize,
                notice=stage.rename,
            )

    def index(
        self,
        answers: Folder,
        folder: Folder | None = None,
        *,
        text: str | None = None,
        identifier: str | None = None,
        metadata: Sequence[str] = (),
        questions: Folder | None = None,
        question: str = "question",
        answer: str = "id",
        held_out: bool = False,
        top: int | None = None,
        delimiter: str | None = None,
        encoding: str | None = None,
        quote: Quote = "auto",
        skip_lines: int | None = None,
        target_serving: str = DEFAULT_TARGET,
        sign_key: Folder | None = None,
        console: Console | None = None,
    ) -> pathlib.Path:
        """Index answers, for a run of the task `embed` or `rank`, as the next version of its export; returns that.

        Args:
            answers: Table with a text and an id in each row, or answers.parquet of an earlier index.
            folder: As for `export`.
            text, identifier: Columns of texts and ids; `text` and `id` by default.
            metadata: Further columns to serve with an answer.
            questions: Table of questions with the id of the correct answer, which is empty where none fits.
            question, answer: Columns of questions and ids.
            held_out: Whether the run's own validation rows are the questions.
            top: Number of answers to a question; 5 by default.
            delimiter, encoding, quote, skip_lines: As for `bert_tf.score`, of answers and questions.
            target_serving, sign_key, console: As for `export`.

        Raises:
            DataError: something is wrong with answers or questions. RunError: the run is of another task.
            ExportError: as for `export`.

        Examples:
            >>> bert_tf.Run("runs/faq/20260101-120000").index("answers.csv", "indexed", top=2).as_posix()
            'indexed/faq/1'
        """
        check_run(self._run)
        request = IndexRequest(
            os.fspath(answers),
            text,
            identifier,
            metadata,
            questions=None if questions is None else os.fspath(questions),
            question=question,
            answer=answer,
            top=top,
            held_out=held_out,
            delimiter=delimiter,
            encoding=encoding,
            quote=quote,
            skip_lines=skip_lines,
        )
        rows = read_index_rows(request, self._run)
        with Stage(console or display_console(), "indexing") as stage:
            return index_run(
                self._run,
                rows,
                None if folder is None else pathlib.Path(folder),
                cache_folder=cache_folder(),
                target=target_serving,
                sign_key=None if sign_key is None else pathlib.Path(sign_key),
                notice=stage.rename,
            )

    def report(self, *, seconds: float = math.inf) -> pathlib.Path:
        """Write `report.html` into the run's folder and return its path. Unfinished runs get a partial report.

        Args:
            seconds: Time limit for word attributions; remaining texts are shown without them.
        """
        from bert_tf.workflow.report import report_run  # matplotlib, which no first step should wait for

        return report_run(self._run, seconds=seconds)


def compare(*runs: Folder, split: str = "test") -> Comparison:
    """Compare runs, each with the first.

    Args:
        runs: Two or more folders of runs.
        split: `test` or `validation`.

    Raises:
        RunError: a folder is not a run, or fewer than two of the runs have a score on the split.

    Examples:
        >>> found = bert_tf.compare("runs/bbc-news/20260101-120000", "runs/bbc-news/20260102-120000")
        >>> found.split, len(found.runs), len(found.pairs)
        ('test', 2, 1)
    """
    return compare_runs([open_run(pathlib.Path(run)) for run in runs], split=split)


def load(folder: Folder) -> ExportedModel:
    """Load an exported model from the folder of a version, or of a model (its highest version).

    Examples:
        >>> model = bert_tf.load("models/bbc-news")
        >>> [answer["label"] in model.manifest["labels"] for answer in model.predict(["They won the cup."])]
        [True]
    """
    return load_exported(pathlib.Path(folder))
