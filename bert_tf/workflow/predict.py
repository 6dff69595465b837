"""The answers of a run to texts, one at a time and in float32: what an export is held against."""

import pathlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from bert_tf.batches.padding import padded_inputs
from bert_tf.errors import RunError
from bert_tf.evaluation.predict import Predictor
from bert_tf.models.frozen.graph import InferenceGraph, plain_graph
from bert_tf.runs import RunFolder
from bert_tf.text.loading import load_tokenizer
from bert_tf.text.windows import Windows
from bert_tf.workflow.assemble import make_task, restore
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


def predict_run(run: RunFolder, texts: Sequence[str], *, cache_folder: pathlib.Path) -> list[dict[str, Any]]:
    """`label`, `score` and `probabilities` by label for each text.

    Raises:
        RunError: no epoch is done, the run is of pairs, or `texts` is a single text.
    """
    if isinstance(texts, str):
        raise RunError("A list of texts is needed, not one text.", hint="predict([text])")
    text, names = run.recipe.text, run.facts["label_names"]
    if run.recipe.data.text_pair:
        raise RunError("This run takes pairs of texts.", where=str(run.path), hint="export it and use bert_tf.load")
    if not texts:
        return []
    tokenizer = load_tokenizer(run.encoder, cache_folder=cache_folder)
    check_same_tokenizer(run, tokenizer)
    encoded = [each.encode("utf-8", "replace") for each in texts]
    windows = chosen_windows(text.model_dump())
    outputs = own_answers(run, input_rows(tokenizer, encoded, None, max_tokens=text.max_tokens, windows=windows))
    return [
        {
            "label": label.decode(),
            "score": float(score),
            "probabilities": dict(zip(names, map(float, probabilities), strict=True)),
        }
        for label, score, probabilities in zip(
            outputs["label"], outputs["score"], outputs["probabilities"], strict=True
        )
    ]


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


def own_answers(run: RunFolder, rows: Sequence[InputRow], graph: InferenceGraph | None = None) -> dict[str, np.ndarray]:
    """What the run itself says to each row: the task's outputs by name, N ≥ 1 rows.

    Args:
        run: With a checkpoint.
        rows: Each is answered by itself.
        graph: Of the run's model; transformers' in float32 where none is given.
    """
    task = make_task(run.recipe, run.facts["label_names"])
    graph = plain_graph(restore(run, served=True)[0]) if graph is None else graph
    batches = [row.inputs for row in rows]
    windows = [len(inputs["input_ids"]) for inputs in batches]
    logits = Predictor(graph.logits)(batches, np.arange(sum(windows)))
    if chosen_windows(run.recipe.text.model_dump()) is not None:
        lengths = np.concatenate([inputs["attention_mask"].sum(1) for inputs in batches]).astype(np.float32)
        text_of = np.repeat(np.arange(len(rows)), windows)
        logits = task.pooled(logits, weights=lengths, text_of=text_of, texts=len(rows))
    return {name: value.numpy() for name, value in task.decode(logits).items()}
