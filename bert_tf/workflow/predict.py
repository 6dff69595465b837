"""The answers of a run to texts, one at a time and in float32: what an export is held against."""

import pathlib
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from bert_tf.batches.padding import padded_inputs
from bert_tf.errors import RunError
from bert_tf.evaluation.compute_outputs import Arrays, Predictor
from bert_tf.models.frozen.frozen_model import InferenceGraph
from bert_tf.plurals import counted
from bert_tf.runs.run import RunFolder
from bert_tf.text.given import list_of_texts
from bert_tf.text.windows import Windows
from bert_tf.workflow.expected_words import Tokenizer
from bert_tf.workflow.opened_run import OpenedRun, answered_rows
from bert_tf.workflow.text_outputs import WindowRows


class InputRow(NamedTuple):
    """A text (and its pair) as the model reads it.

    Attributes:
        inputs: int32 [1, L] by name, without padding; [W, L] of a text in W windows.
        truncated: Whether the text goes on behind them.
        text: Itself, the first of a pair.
    """

    inputs: dict[str, np.ndarray]
    truncated: bool
    text: bytes


class RunPredictor:
    """A run's model, loaded once.

    Args:
        run: With a checkpoint.
        cache_folder: Keeps character tables.

    Raises:
        RunError: no epoch is done, or a file of the run is damaged.
    """

    def __init__(self, run: RunFolder, *, cache_folder: pathlib.Path) -> None:
        self._opened, self._where = OpenedRun(run, cache_folder=cache_folder), str(run.path)
        self._tokenizer = self._opened.tokenizer
        self._predict = self._opened.predictor(self._opened.plain)

    def __call__(self, texts: Iterable[str], pairs: Iterable[str] | None = None) -> list[dict[str, Any]]:
        """The answer to each text; of `classify` `label`, `score` and `probabilities` by label.

        Args:
            texts: Any number, also none.
            pairs: The second texts, for a run of pairs.

        Raises:
            RunError: `texts` is a single text or holds something else than strings; pairs are missing or too many.
        """
        firsts = list_of_texts(texts, name="texts", error=RunError)
        seconds = None if pairs is None else list_of_texts(pairs, name="pairs", error=RunError)
        self._check_pairs(len(firsts), None if seconds is None else len(seconds))
        if not firsts:
            return []
        rows = input_rows(
            self._tokenizer,
            _encoded(firsts),
            None if seconds is None else _encoded(seconds),
            max_tokens=self._opened.recipe.text.max_tokens,
            windows=self._opened.windows,
        )
        return self._opened.serving.answers(_answers(self._opened, rows, self._predict))

    def _check_pairs(self, texts: int, pairs: int | None) -> None:
        takes_pairs = self._opened.takes_pairs
        if takes_pairs != (pairs is not None):
            kind = "pairs of texts" if takes_pairs else "single texts"
            call = "predict(texts, pairs)" if takes_pairs else "predict(texts)"
            raise RunError(f"This run takes {kind}.", where=self._where, hint=call)
        if pairs is not None and pairs != texts:
            raise RunError(
                f"Got {counted(texts, 'text')} but {counted(pairs, 'second text')}.", where="predict(texts, pairs)"
            )


def _encoded(texts: Sequence[str]) -> list[bytes]:
    return [text.encode("utf-8", "replace") for text in texts]


def input_rows(
    tokenizer: Tokenizer,
    texts: Sequence[bytes],
    pairs: Sequence[bytes] | None,
    *,
    max_tokens: int,
    windows: Windows | None = None,
) -> list[InputRow]:
    """What the model reads of each text (and its pair), one at a time.

    Args:
        tokenizer: Of the run.
        texts: N of them.
        pairs: Second texts, for a run of pairs.
        max_tokens: Longest row.
        windows: Where long texts are split instead of cut.
    """
    longest, rows = max_tokens if windows is None else windows.longest_row, []
    for index, text in enumerate(texts):
        encoded = tokenizer.encode_batch([text], None if pairs is None else [pairs[index]], max_tokens=longest)
        parts = [encoded.ids] if windows is None else windows.split(encoded.ids)
        first_lengths = encoded.first_lengths if windows is None else np.array([len(part) for part in parts])
        inputs = padded_inputs(parts, first_lengths, padded_length=len(parts[0]), pad_id=tokenizer.pad_id)
        rows.append(InputRow(inputs, bool(encoded.truncated[0]), text))
    return rows


def own_answers(opened: OpenedRun, rows: Sequence[InputRow], graph: InferenceGraph) -> Arrays:
    """What a graph of a run's model says to each row: what the task serves by name, N ≥ 1 rows, each by itself."""
    return _answers(opened, rows, opened.predictor(graph))


def _answers(opened: OpenedRun, rows: Sequence[InputRow], predict: Predictor) -> Arrays:
    batches = [row.inputs for row in rows]
    counts = [len(inputs["input_ids"]) for inputs in batches]
    outputs = predict(batches, np.arange(sum(counts)))
    places = opened.places([row.text for row in rows])
    if opened.windows is None:
        return answered_rows(opened.network, outputs, places=places)
    lengths = np.concatenate([inputs["attention_mask"].sum(1) for inputs in batches])
    text_of = np.repeat(np.arange(len(rows)), counts)
    ids = [row for inputs in batches for row in inputs["input_ids"]]
    taken = opened.taken((row[:length] for row, length in zip(ids, lengths, strict=True)), text_of)
    return answered_rows(opened.network, outputs, WindowRows(lengths, text_of, len(rows), taken), places=places)
