"""Models that answer many texts: a run's, on the kernels that measure it, and an exported one's graph."""

import pathlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Protocol, cast

import numpy as np

from bert_tf.batches.batch_plan import BatchPlan, evaluation_plan
from bert_tf.batches.padding import padded_inputs
from bert_tf.errors import DataError, ExportError
from bert_tf.evaluation.compute_outputs import Arrays
from bert_tf.export.task_serving import Served, TaskServing
from bert_tf.models.frozen.frozen_model import InferenceGraph
from bert_tf.ragged_rows import RaggedRows
from bert_tf.runs.run import RunFolder
from bert_tf.tasks.exported import load_exported
from bert_tf.text.encoded import PAIR_SPECIALS, EncodedBatch
from bert_tf.text.word_places import WordPlaces
from bert_tf.training.precision import matmuls_in
from bert_tf.workflow.evaluate import BATCH_TOKENS
from bert_tf.workflow.opened_run import OpenedRun, answered_rows
from bert_tf.workflow.scoring.request import Request
from bert_tf.workflow.source import Source
from bert_tf.workflow.text_outputs import WindowRows

_TEXTS_AT_ONCE = 2048  # that are tokenized
_BYTES_OF_A_TOKEN = 4  # of English; only batches' sizes depend on it


@dataclass(frozen=True)
class Prepared:
    """Texts ready to be computed.

    Attributes:
        plan: Which of the rows stand in which batch.
        rows: Token ids of each row, or nothing where the graph makes them.
        first_lengths: Tokens of segment 0.
        windows: What rows are of texts, where long texts are several; else None.
        places: Where the words of texts stand, where the task reads tokens; else None.
        truncated: Whether a text goes on behind what is read, bool [texts]; None where the graph tells.
    """

    plan: BatchPlan
    rows: RaggedRows | None = None
    first_lengths: np.ndarray | None = None
    windows: WindowRows | None = None
    places: WordPlaces | None = None
    truncated: np.ndarray | None = None


class Scorer(Protocol):
    """A model for many texts.

    Attributes:
        serving: What is served of its task.
        takes_pairs: Whether an example is two texts.
    """

    serving: TaskServing
    takes_pairs: bool

    def surroundings(self) -> AbstractContextManager[None]:
        """What has to hold while the model computes."""

    def prepare(self, texts: Sequence[bytes], pairs: Sequence[bytes] | None) -> Prepared:
        """Batches of N ≥ 1 texts; may be called while others are computed."""

    def inputs(
        self, prepared: Prepared, texts: Sequence[bytes], pairs: Sequence[bytes] | None
    ) -> Iterator[dict[str, Any]]:
        """What `compute` takes, for each batch."""

    def compute(self, inputs: dict[str, Any]) -> Arrays:
        """Of a batch, by name; from several threads."""

    def served(self, prepared: Prepared, outputs: Arrays, *, texts: int) -> Served:
        """What is served of N texts, by name, from all that was computed, in the order of the texts' rows."""


class RunScorer:
    """A run, as its own evaluation computes it.

    Args:
        opened: The run.
        graph: Computes, where that is to be another of the run's graphs in float32.
    """

    def __init__(self, opened: OpenedRun, *, graph: InferenceGraph | None = None) -> None:
        self._opened, self._is_measured = opened, graph is None
        self.serving, self.takes_pairs = self._opened.serving, self._opened.takes_pairs
        self._windows = self._opened.windows
        self._longest = self._opened.recipe.text.max_tokens if self._windows is None else self._windows.longest_row
        self._tokenizer = self._opened.tokenizer
        self._predict = self._opened.predictor(self._opened.measured if graph is None else graph)

    def surroundings(self) -> AbstractContextManager[None]:
        """See `Scorer`."""
        if not self._is_measured:
            return nullcontext()
        return matmuls_in(self._opened.compute.graph_precision)

    def prepare(self, texts: Sequence[bytes], pairs: Sequence[bytes] | None) -> Prepared:
        """See `Scorer`."""
        encoded: list[EncodedBatch] = []
        for start in range(0, len(texts), _TEXTS_AT_ONCE):
            part = slice(start, start + _TEXTS_AT_ONCE)
            seconds = None if pairs is None else pairs[part]
            encoded.append(self._tokenizer.encode_batch(texts[part], seconds, max_tokens=self._longest))
        ids, lengths, first_lengths, truncated = (
            np.concatenate([getattr(batch, name) for batch in encoded])
            for name in ("ids", "lengths", "first_lengths", "truncated")
        )
        rows, places = RaggedRows.of_lengths(ids, lengths), self._opened.places(texts)
        if self._windows is None:
            plan = evaluation_plan(lengths, batch_tokens=BATCH_TOKENS)
            return Prepared(plan, rows, first_lengths, places=places, truncated=truncated)
        split = [self._windows.split(row) for row in rows]
        windows = [window for of_text in split for window in of_text]
        lengths = np.array([len(window) for window in windows])
        text_of = np.repeat(np.arange(len(rows)), [len(of_text) for of_text in split])
        of_texts = WindowRows(lengths, text_of, len(texts), self._opened.taken(windows, text_of))
        plan = evaluation_plan(lengths, batch_tokens=BATCH_TOKENS)
        rows = RaggedRows.of_lengths(np.concatenate(windows), lengths)
        return Prepared(plan, rows, lengths, of_texts, places, truncated)

    def inputs(
        self, prepared: Prepared, texts: Sequence[bytes], pairs: Sequence[bytes] | None
    ) -> Iterator[dict[str, Any]]:
        """See `Scorer`."""
        for number in range(len(prepared.plan)):
            chosen, longest = prepared.plan.batch(number)
            rows = cast(RaggedRows, prepared.rows)[chosen]
            first = np.asarray(prepared.first_lengths)[chosen]
            yield padded_inputs(rows, first, padded_length=longest, pad_id=self._tokenizer.pad_id)

    def compute(self, inputs: dict[str, Any]) -> Arrays:
        """See `Scorer`."""
        return self._predict.batch(inputs)

    def served(self, prepared: Prepared, outputs: Arrays, *, texts: int) -> Served:
        """See `Scorer`."""
        return answered_rows(self._opened.network, outputs, prepared.windows, places=prepared.places)


class ModelScorer:
    """An exported model, whose graph makes its ids itself: batches go by the bytes of texts."""

    def __init__(self, folder: pathlib.Path) -> None:
        self._model = load_exported(folder)
        manifest, self.serving = self._model.manifest, self._model.serving
        inputs = manifest["signatures"]["serving_default"]["inputs"]
        if "text" not in inputs:
            raise ExportError(
                "This model takes token ids, not text.", where=str(folder), hint="score with its run: bert-tf score RUN"
            )
        self.takes_pairs = "text_pair" in inputs
        self._longest = int(manifest["max_tokens"])

    def surroundings(self) -> AbstractContextManager[None]:
        """See `Scorer`."""
        return nullcontext()

    def prepare(self, texts: Sequence[bytes], pairs: Sequence[bytes] | None) -> Prepared:
        """See `Scorer`."""
        sizes = np.array([len(text) for text in texts])
        if pairs is not None:
            sizes = sizes + np.array([len(pair) for pair in pairs])
        lengths = np.minimum(sizes // _BYTES_OF_A_TOKEN + PAIR_SPECIALS, self._longest)
        return Prepared(evaluation_plan(lengths, batch_tokens=BATCH_TOKENS))

    def inputs(
        self, prepared: Prepared, texts: Sequence[bytes], pairs: Sequence[bytes] | None
    ) -> Iterator[dict[str, Any]]:
        """See `Scorer`."""
        for number in range(len(prepared.plan)):
            chosen, _ = prepared.plan.batch(number)
            columns = {"text": [texts[index] for index in chosen]}
            if pairs is not None:
                columns["text_pair"] = [pairs[index] for index in chosen]
            yield {name: np.array(column, object) for name, column in columns.items()}

    def compute(self, inputs: dict[str, Any]) -> Arrays:
        """See `Scorer`."""
        return self._model.batch(inputs)

    def served(self, prepared: Prepared, outputs: Arrays, *, texts: int) -> Served:
        """See `Scorer`."""
        return outputs


def check_pairs(scorer: Scorer, request: Request) -> None:
    """Raises DataError where the model takes pairs of texts and one column is named, or the other way round."""
    if scorer.takes_pairs != (request.pair is not None):
        kind = "pairs of texts" if scorer.takes_pairs else "single texts"
        hint = "set the column of the second text with --text-pair" if scorer.takes_pairs else "remove --text-pair"
        raise DataError(f"This model takes {kind}.", where="--text-pair", hint=hint)


def load_scorer(source: Source, *, cache_folder: pathlib.Path) -> Scorer:
    """Load what was found, and let it answer once: its graphs are traced then, and not while rows wait.

    Raises:
        BertTfError: it can't be loaded, or takes no texts.
    """
    scorer: Scorer
    if source.kind == "run":
        scorer = RunScorer(OpenedRun(RunFolder(source.path), cache_folder=cache_folder))
    else:
        scorer = ModelScorer(source.path)
    texts = [b"warm"]
    pairs = texts if scorer.takes_pairs else None
    with scorer.surroundings():
        for inputs in scorer.inputs(scorer.prepare(texts, pairs), texts, pairs):
            scorer.compute(inputs)
    return scorer
