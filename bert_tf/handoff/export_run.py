"""export: the best checkpoint of a run as a version of a model, refused where the tokenizer is not exact."""

import functools
import pathlib
from collections.abc import Callable
from typing import Any

from bert_tf.errors import ExportError, TextError
from bert_tf.export.batch_sizes import batch_sizes
from bert_tf.export.beside import FactsWriter
from bert_tf.export.deployment import write_deployment
from bert_tf.export.graph_operations import check_target, traced_operations
from bert_tf.export.hub.write_hub import write_hub
from bert_tf.export.serving_releases import DEFAULT_TARGET, release_table
from bert_tf.export.signatures import ServingModule
from bert_tf.export.signing import sign_files
from bert_tf.export.warmup_requests import write_warmup
from bert_tf.export.write_version import write_export
from bert_tf.handoff.agreement import check_agreement
from bert_tf.handoff.golden_answers import golden_requests, reduced_golden_requests
from bert_tf.handoff.handoff_facts import documents, manifest_facts
from bert_tf.handoff.reduced_precision import compare_answers, size_and_latency
from bert_tf.models.frozen.frozen_model import InferenceGraph
from bert_tf.models.text_model import TextModel
from bert_tf.recipe.export_keys import export_overrides
from bert_tf.room import check_room
from bert_tf.runs.run import RunFolder
from bert_tf.stage import Notice
from bert_tf.tasks.recipes import run_recipe
from bert_tf.tasks.task import TASKS
from bert_tf.text.huggingface import HuggingFaceTokenizer
from bert_tf.text.loading import load_reference, load_tokenizer
from bert_tf.text.parity import check_parity, check_rows
from bert_tf.text.torture import TORTURE_TEXTS
from bert_tf.workflow.assemble import (
    ReducedGraphs,
    check_export,
    check_is_measured,
    make_network,
    reduced_graphs,
    restore,
    served_graph,
)
from bert_tf.workflow.disk_needs import export_needs
from bert_tf.workflow.evaluate import check_same_data
from bert_tf.workflow.long_texts import chosen_windows, longest_measured
from bert_tf.workflow.prepare import Prepared, check_same_tokenizer, prepare

_ROWS = 2048


def export_run(
    run: RunFolder,
    folder: pathlib.Path | None = None,
    *,
    cache_folder: pathlib.Path,
    target: str = DEFAULT_TARGET,
    sign_key: pathlib.Path | None = None,
    precision: str | None = None,
    quantize: str | None = None,
    notice: Notice = lambda _: None,
) -> pathlib.Path:
    """Export a run's best checkpoint and return the version's folder.

    Args:
        run: With at least one checkpoint.
        folder: Gets `<recipe>/<version>/` and `<recipe>/handoff/<version>/`; `run.export` if not given.
        cache_folder: As of `train_recipe`.
        target: The release of TensorFlow Serving that shall load the model.
        sign_key: Private key to sign the version with; None signs nothing.
        precision, quantize: Take the place of the recipe's `export.precision` and `export.quantize`.
        notice: Is told what is done.

    Raises:
        ExportError: the target doesn't exist or lacks an operation of the graph, the ids in the graph differ from
            Hugging Face's on a text of the run's data or of the built-in set, the served model differs from the one
            that was measured, it can't be signed, or the disk is full.
        BertTfError: the run has no checkpoint, its data has changed, or its encoder can't be exported in fewer bits.
    """
    table = release_table()
    table.check_release(target)
    recipe = run_recipe(run, export_overrides(precision=precision, quantize=quantize))
    check_is_measured(run)
    notice("loading the model to export")
    model, _ = restore(run, served=True)
    check_export(recipe, model.encoder)
    check_room(export_needs(recipe, model, folder=folder or run.export))
    full = served_graph(recipe, model)
    reduced = reduced_graphs(recipe, model) if recipe.export.is_reduced else None
    module = _module(run, reduced.served if reduced else full, cache_folder=cache_folder)
    # Before the rows are read and compared, which takes longer than all of this.
    check_target(traced_operations(module.signatures().values()), table, target=target)
    prepared = prepare(recipe, encoder_folder=run.encoder, cache_folder=cache_folder, notice=notice)
    check_same_data(run, prepared)
    check_same_tokenizer(run, prepared.tokenizer)
    notice("comparing the exported model's tokens and answers with the run's")
    compared, agreement = _rows_compared(run, prepared), check_agreement(run, prepared, full)
    facts = functools.partial(manifest_facts, run, rows_compared=compared, agreement=agreement, export=recipe.export)
    notice("computing the golden requests' answers")
    if reduced is None:
        papers = _papers(run, prepared, facts)
    else:
        full_module = _module(run, full, cache_folder=cache_folder)
        papers = _reduced_papers(run, prepared, facts, reduced, full=full, full_module=full_module, target=target)
    notice("writing the model")
    return write_export(
        module,
        model_folder=(folder or run.export) / recipe.name,
        target=target,
        extend=(_warmup(run, prepared),),
        beside=_beside(run, prepared, model),
        sign=None if sign_key is None else functools.partial(sign_files, private_key=sign_key),
        **papers,
    )


def _papers(run: RunFolder, prepared: Prepared, facts: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """What `write_export` is given of a model in float32: manifest, golden requests and documents."""
    golden = golden_requests(run, prepared)
    return {
        "manifest": facts(golden=golden, beside_float32=None),
        "golden": golden.lines,
        "documents": functools.partial(documents, run),
    }


def _reduced_papers(
    run: RunFolder,
    prepared: Prepared,
    facts: Callable[..., dict[str, Any]],
    reduced: ReducedGraphs,
    *,
    full: InferenceGraph,
    full_module: ServingModule,
    target: str,
) -> dict[str, Any]:
    """The same of a model in fewer bits, and what measures it once it is written."""
    beside = compare_answers(
        prepared,
        TASKS[run.recipe_values["task"]].metrics(),
        network=make_network(run_recipe(run), run.facts),
        reduced=reduced.served,
        full=full,
    )
    golden = reduced_golden_requests(run, prepared, reduced)
    requests = [line["request"] for line in golden.lines]
    measure = functools.partial(size_and_latency, full=full_module, requests=requests, target=target)
    return {
        "manifest": facts(golden=golden, beside_float32=beside),
        "golden": golden.lines,
        "documents": functools.partial(documents, run, measured=beside.metrics),
        "measure": lambda version: {"size_and_latency": measure(version)},
    }


def _module(run: RunFolder, served: InferenceGraph, *, cache_folder: pathlib.Path) -> ServingModule:
    recipe = run_recipe(run)
    tokenizer = load_tokenizer(run.encoder, cache_folder=cache_folder)
    return ServingModule(
        outputs=served.outputs,
        variables=served.variables,
        network=make_network(recipe, run.facts),
        label_names=run.facts["label_names"],
        tokenizer=None if isinstance(tokenizer, HuggingFaceTokenizer) else tokenizer,
        max_tokens=recipe.text.max_tokens,
        pairs=recipe.data.text_pair is not None,
        windows=chosen_windows(recipe.text.model_dump()),
    )


def _warmup(run: RunFolder, prepared: Prepared) -> Callable[[pathlib.Path], None]:
    recipe, tokenizer = run_recipe(run), prepared.tokenizer
    return functools.partial(
        write_warmup,
        name=recipe.name,
        tokenizer=None if isinstance(tokenizer, HuggingFaceTokenizer) else tokenizer,
        max_tokens=recipe.text.max_tokens,
        pairs=recipe.data.text_pair is not None,
        windows=chosen_windows(recipe.text.model_dump()),
        sizes=batch_sizes(recipe.export.max_batch_size),
    )


def _beside(run: RunFolder, prepared: Prepared, model: TextModel) -> dict[str, FactsWriter]:
    recipe, tokenizer = run_recipe(run), prepared.tokenizer
    serving = functools.partial(write_deployment, sizes=batch_sizes(recipe.export.max_batch_size))
    hub = functools.partial(
        write_hub,
        model=model,
        pooling=run.facts["pooling"],
        encoder_folder=run.encoder,
        tokenizer=None if isinstance(tokenizer, HuggingFaceTokenizer) else tokenizer,
        max_tokens=recipe.text.max_tokens,
    )
    return {"serving": serving, **({"hub": lambda folder, _: hub(folder)} if recipe.export.hub else {})}


def _rows_compared(run: RunFolder, prepared: Prepared) -> int | None:
    """How many rows have equal ids in the graph and in Hugging Face's tokenizer; None without the graph's.

    The built-in texts are compared whole, and the run's own rows as they are trained on and served: with special
    tokens, cut, and packed in pairs.
    """
    tokenizer = prepared.tokenizer
    if isinstance(tokenizer, HuggingFaceTokenizer):
        return None
    reference, max_tokens = load_reference(run.encoder), longest_measured(run_recipe(run).text.model_dump())
    try:
        check_parity(tokenizer, reference, TORTURE_TEXTS, where="the built-in texts")
        for name, examples in prepared.examples.items():
            for start in range(0, len(examples), _ROWS):
                check_rows(
                    tokenizer,
                    reference,
                    examples.texts(start, start + _ROWS),
                    examples.pairs(start, start + _ROWS),
                    max_tokens=max_tokens,
                    where=f"{name}, from {examples.place(start)} on",
                )
    except TextError as problem:
        raise ExportError(
            f"Not exported: {problem.what}", where=f"{run.path}: {problem.where}", hint=problem.hint
        ) from problem
    return len(TORTURE_TEXTS) + sum(len(examples) for examples in prepared.examples.values())
