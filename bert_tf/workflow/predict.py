"""The answers of a run to texts, one at a time and in float32: what an export is held against."""

import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from bert_tf.batches.padding import padded_inputs
from bert_tf.errors import RunError
from bert_tf.evaluation.predict import Predictor
from bert_tf.models.frozen.graph import plain_graph
from bert_tf.runs import RunFolder
from bert_tf.text.loading import load_tokenizer
from bert_tf.workflow.assemble import make_task, restore
from bert_tf.workflow.prepare import Tokenizer

Rows = list[dict[str, np.ndarray]]


def predict_run(run: RunFolder, texts: Sequence[str], *, cache_folder: pathlib.Path) -> list[dict[str, Any]]:
    """`label`, `score` and `probabilities` by label for each text.

    Raises:
        RunError: no epoch is done, the run is of pairs, or `texts` is a single text.
    """
    if isinstance(texts, str):
        raise RunError("A list of texts is needed, not one text.", hint="predict([text])")
    if run.recipe.data.text_pair:
        raise RunError("This run takes pairs of texts.", where=str(run.path), hint="export it and use bert_tf.load")
    if not texts:
        return []
    tokenizer = load_tokenizer(run.encoder, cache_folder=cache_folder)
    encoded = [text.encode("utf-8", "replace") for text in texts]
    outputs = own_answers(run, input_rows(tokenizer, encoded, None, max_tokens=run.recipe.text.max_tokens))
    names = run.facts["label_names"]
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


def input_rows(tokenizer: Tokenizer, texts: Sequence[bytes], pairs: Sequence[bytes] | None, *, max_tokens: int) -> Rows:
    """The model's inputs of each text (and its pair), without padding: int32 [1, L] by name."""
    rows = []
    for index, text in enumerate(texts):
        encoded = tokenizer.encode_batch([text], None if pairs is None else [pairs[index]], max_tokens=max_tokens)
        rows.append(
            padded_inputs([encoded.ids], encoded.first_lengths, padded_length=len(encoded.ids), pad_id=tokenizer.pad_id)
        )
    return rows


def own_answers(run: RunFolder, rows: Rows) -> dict[str, np.ndarray]:
    """What the run itself says to each row: the task's outputs by name, N ≥ 1 rows."""
    task = make_task(run.recipe, run.facts["label_names"])
    model, _ = restore(run, served=True)
    logits = Predictor(plain_graph(model).logits)(rows, np.arange(len(rows)))
    return {name: value.numpy() for name, value in task.decode(logits).items()}
