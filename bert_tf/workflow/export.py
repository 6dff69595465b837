"""export: the best checkpoint of a run as a version of a model, refused where the tokenizer is not exact."""

import datetime
import pathlib
from typing import Any

import numpy as np

from bert_tf.errors import ExportError, TextError
from bert_tf.export.golden import golden_lines
from bert_tf.export.signatures import ServingModule
from bert_tf.export.write import write_export
from bert_tf.runs import RunFolder
from bert_tf.text.huggingface import HuggingFaceTokenizer
from bert_tf.text.loading import load_reference
from bert_tf.text.parity import check_parity, check_rows
from bert_tf.text.torture import TORTURE_TEXTS
from bert_tf.versions import versions
from bert_tf.workflow.agreement import check_agreement
from bert_tf.workflow.assemble import chosen_checkpoint, make_task, restore, served_graph
from bert_tf.workflow.evaluate import check_same_data
from bert_tf.workflow.predict import Rows, input_rows, own_answers
from bert_tf.workflow.prepare import Prepared, Tokenizer, prepare

# Of probabilities, between the run's answers one at a time and the served ones in a batch: float32 sums in another
# order differ by about 1e-6, and a wrong weight or id by far more.
_TOLERANCE = 2e-5
_ROWS = 2048
_OVERLONG_WORDS = 2000


def export_run(run: RunFolder, folder: pathlib.Path | None = None, *, cache_folder: pathlib.Path) -> pathlib.Path:
    """Export a run's best checkpoint and return the version's folder.

    Args:
        run: With at least one checkpoint.
        folder: Gets `<recipe>/<version>/` and `<recipe>/handoff/<version>/`; `run.export` if not given.
        cache_folder: As of `train_recipe`.

    Raises:
        ExportError: the ids in the graph differ from Hugging Face's on a text of the run's data or of the built-in
            set, the served model differs from the one that was measured, or the disk is full.
        BertTfError: the run has no checkpoint, or its data has changed.
    """
    recipe = run.recipe
    model, _ = restore(run, served=True)
    prepared = prepare(recipe, encoder_folder=run.encoder, cache_folder=cache_folder)
    check_same_data(run, prepared)
    compared = _rows_compared(run, prepared)
    served = served_graph(recipe, model)
    agreement = check_agreement(run, prepared, served)
    texts, pairs = golden_texts(prepared, recipe.export.golden_requests)
    rows = input_rows(prepared.tokenizer, texts, pairs, max_tokens=recipe.text.max_tokens)
    module = ServingModule(
        logits=served.logits,
        variables=served.variables,
        decode=make_task(recipe, prepared.splits.label_names).decode,
        tokenizer=None if isinstance(prepared.tokenizer, HuggingFaceTokenizer) else prepared.tokenizer,
        max_tokens=recipe.text.max_tokens,
        pairs=pairs is not None,
    )
    return write_export(
        module,
        model_folder=(folder or run.export) / recipe.name,
        manifest=_manifest(run, rows_compared=compared, agreement=agreement),
        golden=golden_lines(_requests(prepared.tokenizer, texts, pairs, rows), own_answers(run, rows)),
    )


def _rows_compared(run: RunFolder, prepared: Prepared) -> int | None:
    """How many rows have equal ids in the graph and in Hugging Face's tokenizer; None without the graph's.

    The built-in texts are compared whole, and the run's own rows as they are trained on and served: with special
    tokens, cut, and packed in pairs.
    """
    tokenizer = prepared.tokenizer
    if isinstance(tokenizer, HuggingFaceTokenizer):
        return None
    reference = load_reference(run.encoder)
    try:
        check_parity(tokenizer, reference, TORTURE_TEXTS, where="the built-in texts")
        for name, examples in prepared.examples.items():
            for start in range(0, len(examples), _ROWS):
                check_rows(
                    tokenizer,
                    reference,
                    examples.texts(start, start + _ROWS),
                    examples.pairs(start, start + _ROWS),
                    max_tokens=run.recipe.text.max_tokens,
                    where=f"{name}, from {examples.place(start)} on",
                )
    except TextError as problem:
        raise ExportError(
            f"Not exported: {problem.what}", where=f"{run.path}: {problem.where}", hint=problem.hint
        ) from problem
    return len(TORTURE_TEXTS) + sum(len(examples) for examples in prepared.examples.values())


def golden_texts(prepared: Prepared, count: int) -> tuple[list[bytes], list[bytes] | None]:
    """Texts from all over the test rows (or the next best), then an empty, an overlong and the built-in ones."""
    examples = next(prepared.examples[name] for name in ("test", "validation", "train") if name in prepared.examples)
    rows = np.linspace(0, len(examples) - 1, min(count, len(examples))).astype(int)
    odd = [b"", b"word " * _OVERLONG_WORDS, *(text for text in TORTURE_TEXTS if _is_utf8(text))]
    texts = [examples.texts(row, row + 1)[0] for row in rows] + odd
    if not examples.has_pairs:
        return texts, None
    seconds = [(examples.pairs(row, row + 1) or [b""])[0] for row in rows]
    return texts, seconds + odd[::-1]


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _requests(tokenizer: Tokenizer, texts: list[bytes], pairs: list[bytes] | None, rows: Rows) -> list[dict[str, Any]]:
    if isinstance(tokenizer, HuggingFaceTokenizer):
        return [{name: value[0].tolist() for name, value in row.items()} for row in rows]
    if pairs is None:
        return [{"text": text.decode()} for text in texts]
    return [{"text": text.decode(), "text_pair": pair.decode()} for text, pair in zip(texts, pairs, strict=True)]


def _manifest(run: RunFolder, *, rows_compared: int | None, agreement: dict[str, float]) -> dict[str, Any]:
    recipe, facts, checkpoint = run.recipe, run.facts, chosen_checkpoint(run)
    return {
        "name": recipe.name,
        "created": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "task": recipe.task,
        "labels": facts["label_names"],
        "max_tokens": recipe.text.max_tokens,
        "tokenizer": {**facts["tokenizer"], "rows_equal_to_hugging_face": rows_compared},
        "encoder": facts["encoder"],
        "checkpoint": {"epoch": checkpoint.epoch, "sha256": checkpoint.sha256, "validation": checkpoint.metrics},
        "data_fingerprints": facts["data"]["fingerprints"],
        "test_accuracy": run.metrics["test"]["accuracy"] if run.is_measured and "test" in run.metrics else None,
        "agreement_with_measured": agreement,
        "tolerance": _TOLERANCE,
        "trained_with": facts["versions"],
        "exported_with": versions(),
    }
