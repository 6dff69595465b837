"""Models that answer many texts: a run's, on the kernels that measure it, and an exported one's graph."""

import pathlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import tensorflow as tf

from bert_tf.batches.batch_plan import BatchPlan, evaluation_plan
from bert_tf.batches.padding import padded_inputs
from bert_tf.errors import ExportError
from bert_tf.evaluation.compute_outputs import Arrays, Predictor
from bert_tf.export.loaded import ExportedModel
from bert_tf.runs.run import RunFolder
from bert_tf.tasks.recipes import run_recipe
from bert_tf.text.loading import load_tokenizer
from bert_tf.training.precision import matmuls_in
from bert_tf.workflow.assemble import measured_graph, restore
from bert_tf.workflow.evaluate import BATCH_TOKENS
from bert_tf.workflow.long_texts import chosen_windows
from bert_tf.workflow.prepare import check_same_tokenizer
from bert_tf.workflow.source import Source

_TEXTS_AT_ONCE = 2048  # that are tokenized
_BYTES_OF_A_TOKEN = 4  # of English; only batches' sizes depend on it
_SPECIALS = 3


@dataclass(frozen=True)
class Prepared:
    """Texts ready to be computed.

    Attributes:
        plan: Which of the rows stand in which batch.
        rows: Token ids of each row, or nothing where the graph makes them.
        lengths: Tokens of each row.
        first_lengths: Tokens of segment 0.
        text_of: The text that each row is of, where long texts are several; else None.
    """

    plan: BatchPlan
    rows: Sequence[np.ndarray] = ()
    lengths: np.ndarray | None = None
    first_lengths: np.ndarray | None = None
    text_of: np.ndarray | None = None


class Scorer(Protocol):
    """A model for many texts.

    Attributes:
        label_names: By label id.
        takes_pairs: Whether an example is two texts.
    """

    label_names: tuple[str, ...]
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

    def probabilities(self, prepared: Prepared, outputs: Arrays, *, texts: int) -> np.ndarray:
        """Of N texts, float32 [N, C], from all that was computed, in the order of the texts' rows."""


class RunScorer:
    """A run, as its own evaluation computes it."""

    def __init__(self, run: RunFolder, *, cache_folder: pathlib.Path) -> None:
        recipe = run_recipe(run)
        self.label_names = tuple(run.facts["label_names"])
        self.takes_pairs = recipe.data.text_pair is not None
        self._windows = chosen_windows(recipe.text.model_dump())
        self._longest = recipe.text.max_tokens if self._windows is None else self._windows.longest_row
        self._tokenizer = load_tokenizer(run.encoder, cache_folder=cache_folder)
        check_same_tokenizer(run, self._tokenizer)
        model, compute = restore(run, served=False)
        self._network, self._precision = model.network, compute.graph_precision
        self._predict = Predictor(measured_graph(model, compute).outputs)

    def surroundings(self) -> AbstractContextManager[None]:
        """See `Scorer`."""
        return matmuls_in(self._precision)

    def prepare(self, texts: Sequence[bytes], pairs: Sequence[bytes] | None) -> Prepared:
        """See `Scorer`."""
        rows: list[np.ndarray] = []
        first_lengths: list[np.ndarray] = []
        for start in range(0, len(texts), _TEXTS_AT_ONCE):
            part = slice(start, start + _TEXTS_AT_ONCE)
            seconds = None if pairs is None else pairs[part]
            encoded = self._tokenizer.encode_batch(texts[part], seconds, max_tokens=self._longest)
            rows += np.split(encoded.ids, np.cumsum(encoded.lengths)[:-1])
            first_lengths.append(encoded.first_lengths)
        if self._windows is None:
            lengths = np.array([len(row) for row in rows])
            plan = evaluation_plan(lengths, batch_tokens=BATCH_TOKENS)
            return Prepared(plan, rows, lengths, np.concatenate(first_lengths))
        split = [self._windows.split(row) for row in rows]
        windows = [window for of_text in split for window in of_text]
        lengths = np.array([len(window) for window in windows])
        text_of = np.repeat(np.arange(len(rows)), [len(of_text) for of_text in split])
        plan = evaluation_plan(lengths, batch_tokens=BATCH_TOKENS)
        return Prepared(plan, windows, lengths, lengths, text_of)

    def inputs(
        self, prepared: Prepared, texts: Sequence[bytes], pairs: Sequence[bytes] | None
    ) -> Iterator[dict[str, Any]]:
        """See `Scorer`."""
        for number in range(len(prepared.plan)):
            chosen, longest = prepared.plan.batch(number)
            rows = [prepared.rows[index] for index in chosen]
            first = np.asarray(prepared.first_lengths)[chosen]
            yield padded_inputs(rows, first, padded_length=longest, pad_id=self._tokenizer.pad_id)

    def compute(self, inputs: dict[str, Any]) -> Arrays:
        """See `Scorer`."""
        return self._predict.batch(inputs)

    def probabilities(self, prepared: Prepared, outputs: Arrays, *, texts: int) -> np.ndarray:
        """See `Scorer`."""
        if prepared.text_of is not None:
            weights = np.asarray(prepared.lengths, np.float32)
            outputs = self._network.merge(outputs, weights=weights, text_of=prepared.text_of, texts=texts)
        return self._network.decode(outputs)["probabilities"].numpy()


class ModelScorer:
    """An exported model, whose graph makes its ids itself: batches go by the bytes of texts."""

    def __init__(self, folder: pathlib.Path) -> None:
        self._model = ExportedModel(folder)
        manifest = self._model.manifest
        self.label_names = tuple(manifest["labels"])
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
        lengths = np.minimum(sizes // _BYTES_OF_A_TOKEN + _SPECIALS, self._longest)
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
            yield {name: tf.constant(column, tf.string) for name, column in columns.items()}

    def compute(self, inputs: dict[str, Any]) -> Arrays:
        """See `Scorer`."""
        return {"probabilities": self._model.probabilities(inputs)}

    def probabilities(self, prepared: Prepared, outputs: Arrays, *, texts: int) -> np.ndarray:
        """See `Scorer`."""
        return outputs["probabilities"]


def load_scorer(source: Source, *, cache_folder: pathlib.Path) -> Scorer:
    """Load what was found, and let it answer once: its graphs are traced then, and not while rows wait.

    Raises:
        BertTfError: it can't be loaded, or takes no texts.
    """
    scorer: Scorer
    if source.kind == "run":
        scorer = RunScorer(RunFolder(source.path), cache_folder=cache_folder)
    else:
        scorer = ModelScorer(source.path)
    texts = [b"warm"]
    pairs = texts if scorer.takes_pairs else None
    with scorer.surroundings():
        for inputs in scorer.inputs(scorer.prepare(texts, pairs), texts, pairs):
            scorer.compute(inputs)
    return scorer
