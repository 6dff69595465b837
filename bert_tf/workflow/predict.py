"""The answers of a run to texts, one at a time and in float32: what an export is held against."""

import pathlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from bert_tf.batches.padding import padded_inputs
from bert_tf.errors import RunError
from bert_tf.evaluation.compute_outputs import Arrays, Predictor
from bert_tf.models.frozen.frozen_model import InferenceGraph, plain_graph
from bert_tf.models.task_network import TaskNetwork
from bert_tf.runs.run import RunFolder
from bert_tf.tasks.recipes import run_recipe
from bert_tf.text.given import list_of_texts
from bert_tf.text.loading import load_tokenizer
from bert_tf.text.windows import Windows
from bert_tf.workflow.assemble import make_network, restore
from bert_tf.workflow.long_texts import chosen_windows
from bert_tf.workflow.prepare import Tokenizer, check_same_tokenizer


class InputRow(NamedTuple):
    """A text (and its pair) as the model reads it.

    Attributes:
        inputs: int32 [1, L] by name, without padding; [W, L] of a text in W windows.
        truncated: Whether the text goes on behind them.
    """

    inputs: dict[str, np.ndarray]
    truncated: bool


class RunPredictor:
    """A run's model, loaded once.

    Args:
        run: With a checkpoint.
        cache_folder: Keeps character tables.

    Raises:
        RunError: no epoch is done, or a file of the run is damaged.
    """

    def __init__(self, run: RunFolder, *, cache_folder: pathlib.Path) -> None:
        self._recipe, self._where = run_recipe(run), str(run.path)
        self._tokenizer = load_tokenizer(run.encoder, cache_folder=cache_folder)
        check_same_tokenizer(run, self._tokenizer)
        self._label_names: list[str] = run.facts["label_names"]
        model, _ = restore(run, served=True)
        self._network = model.network
        self._predict = Predictor(plain_graph(model).outputs)

    def __call__(self, texts: Iterable[str], pairs: Iterable[str] | None = None) -> list[dict[str, Any]]:
        """`label`, `score` and `probabilities` by label for each text.

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
        text = self._recipe.text
        windows = chosen_windows(text.model_dump())
        rows = input_rows(
            self._tokenizer,
            _encoded(firsts),
            None if seconds is None else _encoded(seconds),
            max_tokens=text.max_tokens,
            windows=windows,
        )
        outputs = _answers(rows, predict=self._predict, network=self._network, windows=windows)
        return _by_label(outputs, self._label_names)

    def _check_pairs(self, texts: int, pairs: int | None) -> None:
        takes_pairs = self._recipe.data.text_pair is not None
        if takes_pairs != (pairs is not None):
            kind = "pairs of texts" if takes_pairs else "single texts"
            call = "predict(texts, pairs)" if takes_pairs else "predict(texts)"
            raise RunError(f"This run takes {kind}.", where=self._where, hint=call)
        if pairs is not None and pairs != texts:
            raise RunError(f"Got {texts} texts but {pairs} second texts.", where="predict(texts, pairs)")


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
        rows.append(InputRow(inputs, bool(encoded.truncated[0])))
    return rows


def own_answers(run: RunFolder, rows: Sequence[InputRow], graph: InferenceGraph | None = None) -> Arrays:
    """What the run itself says to each row: what the task serves by name, N ≥ 1 rows.

    Args:
        run: With a checkpoint.
        rows: Each is answered by itself.
        graph: Of the run's model; transformers' in float32 where none is given.
    """
    recipe = run_recipe(run)
    network = make_network(recipe, run.facts)
    graph = plain_graph(restore(run, served=True)[0]) if graph is None else graph
    windows = chosen_windows(recipe.text.model_dump())
    return _answers(rows, predict=Predictor(graph.outputs), network=network, windows=windows)


def _answers(rows: Sequence[InputRow], *, predict: Predictor, network: TaskNetwork, windows: Windows | None) -> Arrays:
    batches = [row.inputs for row in rows]
    counts = [len(inputs["input_ids"]) for inputs in batches]
    outputs = predict(batches, np.arange(sum(counts)))
    if windows is not None:
        lengths = np.concatenate([inputs["attention_mask"].sum(1) for inputs in batches]).astype(np.float32)
        text_of = np.repeat(np.arange(len(rows)), counts)
        outputs = network.merge(outputs, weights=lengths, text_of=text_of, texts=len(rows))
    return {name: value.numpy() for name, value in network.decode(outputs).items()}


def _by_label(outputs: Mapping[str, np.ndarray], label_names: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            "label": label.decode(),
            "score": float(score),
            "probabilities": dict(zip(label_names, map(float, probabilities), strict=True)),
        }
        for label, score, probabilities in zip(
            outputs["label"], outputs["score"], outputs["probabilities"], strict=True
        )
    ]
