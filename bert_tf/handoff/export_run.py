"""export: the best checkpoint of a run as a version of a model, refused where the tokenizer is not exact."""

import functools
import pathlib
from collections.abc import Callable, Iterator
from typing import Any

from bert_tf.export.golden import RANKINGS
from bert_tf.export.graph_operations import check_target, traced_operations
from bert_tf.export.serving_releases import DEFAULT_TARGET, release_table
from bert_tf.export.signing import sign_files
from bert_tf.export.write_version import Papers, write_export
from bert_tf.handoff.agreement import check_agreement
from bert_tf.handoff.exported_parts import Rows, beside_writers, rows_with_equal_ids, serving_module, warmup_writer
from bert_tf.handoff.golden_answers import golden_requests, reduced_golden_requests
from bert_tf.handoff.golden_rankings import golden_rankings
from bert_tf.handoff.handoff_facts import documents, manifest_facts
from bert_tf.handoff.reduced_precision import compare_answers, size_and_latency
from bert_tf.recipe.export_keys import export_overrides
from bert_tf.room import check_room
from bert_tf.runs.run import RunFolder
from bert_tf.stage import Notice
from bert_tf.tasks.recipes import run_recipe
from bert_tf.workflow.assemble import ReducedGraphs, check_is_measured, reduced_graphs
from bert_tf.workflow.disk_needs import export_needs
from bert_tf.workflow.encoder_checks import check_export
from bert_tf.workflow.opened_run import OpenedRun
from bert_tf.workflow.prepare import Prepared, prepare

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
    opened = OpenedRun(run, cache_folder=cache_folder, recipe=recipe)
    check_export(recipe.export, opened.model.encoder.config)
    check_room(export_needs(recipe.export, opened.model, folder=folder or run.export))
    reduced = reduced_graphs(recipe.export, opened.model) if recipe.export.is_reduced else None
    module = serving_module(opened, reduced.served if reduced else opened.served)
    # Before the rows are read and compared, which takes longer than all of this.
    check_target(traced_operations(module.signatures().values()), table, target=target)
    prepared = prepare(recipe, encoder_folder=opened.encoder, cache_folder=cache_folder, notice=notice)
    opened.check_prepared(prepared)
    papers = _papers(opened, prepared, reduced, target=target, notice=notice)
    notice("writing the model")
    return write_export(
        module,
        papers,
        model_folder=(folder or run.export) / recipe.name,
        target=target,
        extend=(warmup_writer(opened),),
        beside=beside_writers(opened),
        sign=None if sign_key is None else functools.partial(sign_files, private_key=sign_key),
    )


def _papers(
    opened: OpenedRun, prepared: Prepared, reduced: ReducedGraphs | None, *, target: str, notice: Notice
) -> Papers:
    """The handoff of a model that agrees with its run: in ids on all rows, and in answers."""
    notice("comparing the exported model's tokens and answers with the run's")
    compared = rows_with_equal_ids(opened, prepared.tokenizer, _rows(prepared))
    agreement, export = check_agreement(opened, prepared), opened.recipe.export
    facts = functools.partial(manifest_facts, opened, rows_compared=compared, agreement=agreement, export=export)
    notice("computing the golden requests' answers")
    if reduced is None:
        return _full_papers(opened, prepared, facts)
    return _reduced_papers(opened, prepared, facts, reduced, target=target)


def _full_papers(opened: OpenedRun, prepared: Prepared, facts: Callable[..., dict[str, Any]]) -> Papers:
    """The handoff of a model in float32."""
    golden = golden_requests(opened, prepared)
    return Papers(
        manifest=facts(golden=golden, beside_float32=None),
        golden=golden.lines,
        of_lists={RANKINGS: golden_rankings(opened, prepared, opened.plain)},
        documents=functools.partial(documents, opened),
    )


def _reduced_papers(
    opened: OpenedRun,
    prepared: Prepared,
    facts: Callable[..., dict[str, Any]],
    reduced: ReducedGraphs,
    *,
    target: str,
) -> Papers:
    """The same of a model in fewer bits, and what measures it once it is written."""
    beside = compare_answers(opened, prepared, reduced=reduced.served, full=opened.served)
    golden = reduced_golden_requests(opened, prepared, reduced)
    requests = [line["request"] for line in golden.lines]
    full = serving_module(opened, opened.served)
    measure = functools.partial(size_and_latency, full=full, requests=requests, target=target)
    return Papers(
        manifest=facts(golden=golden, beside_float32=beside),
        golden=golden.lines,
        of_lists={RANKINGS: golden_rankings(opened, prepared, reduced.served)},
        documents=functools.partial(documents, opened, measured=beside.metrics),
        measure=lambda version: {"size_and_latency": measure(version)},
    )


def _rows(prepared: Prepared) -> Iterator[Rows]:
    """The run's own rows, some at a time."""
    for name, examples in prepared.examples.items():
        for start in range(0, len(examples), _ROWS):
            texts, pairs = examples.texts(start, start + _ROWS), examples.pairs(start, start + _ROWS)
            yield f"{name}, from {examples.place(start)} on", texts, pairs
