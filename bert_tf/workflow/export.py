"""export: the best checkpoint of a run as a version of a model, refused where the tokenizer is not exact."""

import functools
import pathlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from bert_tf.errors import ExportError, TextError
from bert_tf.export.batch_sizes import batch_sizes, write_batching_config
from bert_tf.export.golden import golden_lines
from bert_tf.export.graph_operations import check_target, traced_operations
from bert_tf.export.hub.write import write_hub
from bert_tf.export.serving_releases import DEFAULT_TARGET, release_table
from bert_tf.export.signatures import ServingModule
from bert_tf.export.signing import sign_folder
from bert_tf.export.warmup import write_warmup
from bert_tf.export.write import write_export
from bert_tf.models.frozen.graph import InferenceGraph
from bert_tf.models.text_model import TextModel
from bert_tf.runs import RunFolder
from bert_tf.text.huggingface import HuggingFaceTokenizer
from bert_tf.text.loading import load_reference, load_tokenizer
from bert_tf.text.parity import check_parity, check_rows
from bert_tf.text.torture import TORTURE_TEXTS
from bert_tf.workflow.agreement import check_agreement
from bert_tf.workflow.assemble import make_task, restore, served_graph
from bert_tf.workflow.evaluate import check_same_data
from bert_tf.workflow.handoff import documents, manifest_facts
from bert_tf.workflow.long_texts import chosen_windows, longest_measured
from bert_tf.workflow.predict import InputRow, input_rows, own_answers
from bert_tf.workflow.prepare import Prepared, Tokenizer, prepare

_ROWS = 2048
_OVERLONG_WORDS = 2000


def export_run(
    run: RunFolder,
    folder: pathlib.Path | None = None,
    *,
    cache_folder: pathlib.Path,
    target: str = DEFAULT_TARGET,
    sign_key: pathlib.Path | None = None,
) -> pathlib.Path:
    """Export a run's best checkpoint and return the version's folder.

    Args:
        run: With at least one checkpoint.
        folder: Gets `<recipe>/<version>/` and `<recipe>/handoff/<version>/`; `run.export` if not given.
        cache_folder: As of `train_recipe`.
        target: The release of TensorFlow Serving that shall load the model.
        sign_key: Private key to sign the version with; None signs nothing.

    Raises:
        ExportError: the target doesn't exist or lacks an operation of the graph, the ids in the graph differ from
            Hugging Face's on a text of the run's data or of the built-in set, the served model differs from the one
            that was measured, it can't be signed, or the disk is full.
        BertTfError: the run has no checkpoint, or its data has changed.
    """
    table = release_table()
    table.check_release(target)
    recipe = run.recipe
    model, _ = restore(run, served=True)
    served = served_graph(recipe, model)
    module = _module(run, served, cache_folder=cache_folder)
    # Before the rows are read and compared, which takes longer than all of this.
    check_target(traced_operations(module.signatures().values()), table, target=target)
    prepared = prepare(recipe, encoder_folder=run.encoder, cache_folder=cache_folder)
    check_same_data(run, prepared)
    compared = _rows_compared(run, prepared)
    agreement = check_agreement(run, prepared, served)
    return write_export(
        module,
        model_folder=(folder or run.export) / recipe.name,
        manifest=manifest_facts(run, rows_compared=compared, agreement=agreement),
        golden=_golden(run, prepared),
        target=target,
        documents=functools.partial(documents, run),
        extend=(_warmup(run, prepared),),
        beside=_beside(run, prepared, model),
        sign=None if sign_key is None else functools.partial(sign_folder, private_key=sign_key),
    )


def _module(run: RunFolder, served: InferenceGraph, *, cache_folder: pathlib.Path) -> ServingModule:
    recipe = run.recipe
    tokenizer = load_tokenizer(run.encoder, cache_folder=cache_folder)
    return ServingModule(
        logits=served.logits,
        variables=served.variables,
        task=make_task(recipe, run.facts["label_names"]),
        tokenizer=None if isinstance(tokenizer, HuggingFaceTokenizer) else tokenizer,
        max_tokens=recipe.text.max_tokens,
        pairs=recipe.data.text_pair is not None,
        windows=chosen_windows(recipe.text.model_dump()),
    )


def _warmup(run: RunFolder, prepared: Prepared) -> Callable[[pathlib.Path], None]:
    recipe, tokenizer = run.recipe, prepared.tokenizer
    return functools.partial(
        write_warmup,
        name=recipe.name,
        tokenizer=None if isinstance(tokenizer, HuggingFaceTokenizer) else tokenizer,
        max_tokens=recipe.text.max_tokens,
        pairs=recipe.data.text_pair is not None,
        windows=chosen_windows(recipe.text.model_dump()),
        sizes=batch_sizes(recipe.export.max_batch_size),
    )


def _beside(run: RunFolder, prepared: Prepared, model: TextModel) -> dict[str, Callable[[pathlib.Path], None]]:
    recipe, tokenizer = run.recipe, prepared.tokenizer
    serving = functools.partial(write_batching_config, sizes=batch_sizes(recipe.export.max_batch_size))
    hub = functools.partial(
        write_hub,
        model=model,
        pooling=run.facts["pooling"],
        encoder_folder=run.encoder,
        tokenizer=None if isinstance(tokenizer, HuggingFaceTokenizer) else tokenizer,
        max_tokens=recipe.text.max_tokens,
    )
    return {"serving": serving, **({"hub": hub} if recipe.export.hub else {})}


def _golden(run: RunFolder, prepared: Prepared) -> Iterator[dict[str, Any]]:
    recipe, tokenizer = run.recipe, prepared.tokenizer
    texts, pairs = golden_texts(prepared, recipe.export.golden_requests)
    windows = chosen_windows(recipe.text.model_dump())
    rows = input_rows(tokenizer, texts, pairs, max_tokens=recipe.text.max_tokens, windows=windows)
    return golden_lines(_requests(tokenizer, texts, pairs, rows), _answers(run, tokenizer, rows))


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
                    max_tokens=longest_measured(run.recipe.text.model_dump()),
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


def _answers(run: RunFolder, tokenizer: Tokenizer, rows: list[InputRow]) -> dict[str, np.ndarray]:
    outputs = own_answers(run, rows)
    if isinstance(tokenizer, HuggingFaceTokenizer):
        return outputs
    return {**outputs, "truncated": np.array([row.truncated for row in rows])}


def _requests(
    tokenizer: Tokenizer, texts: list[bytes], pairs: list[bytes] | None, rows: list[InputRow]
) -> list[dict[str, Any]]:
    if isinstance(tokenizer, HuggingFaceTokenizer):
        return [{name: value[0].tolist() for name, value in row.inputs.items()} for row in rows]
    if pairs is None:
        return [{"text": text.decode()} for text in texts]
    return [{"text": text.decode(), "text_pair": pair.decode()} for text, pair in zip(texts, pairs, strict=True)]
