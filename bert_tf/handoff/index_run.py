"""index: a run's model as a version that answers questions from a corpus."""

import functools
import pathlib
from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from bert_tf.errors import DataError, ExportError
from bert_tf.evaluation.answer_threshold import recall_facts, scope_facts
from bert_tf.evaluation.compute_outputs import in_order, under_way
from bert_tf.export.answer_index import AnswerIndex, vector_model_sha256, write_index
from bert_tf.export.answer_search import AnswerSearch
from bert_tf.export.golden import RECOMMENDATIONS
from bert_tf.export.graph_operations import check_target, traced_operations
from bert_tf.export.serving_releases import DEFAULT_TARGET, release_table
from bert_tf.export.signing import sign_files
from bert_tf.export.task_serving import Served
from bert_tf.export.write_version import Papers, write_export
from bert_tf.handoff.agreement import check_answers_agree
from bert_tf.handoff.catalogue_features import catalogue_cells
from bert_tf.handoff.exported_parts import (
    Rows,
    deployment_writer,
    in_graph,
    rows_with_equal_ids,
    serving_module,
    warmup_writer,
)
from bert_tf.handoff.golden_answers import Golden
from bert_tf.handoff.golden_questions import best_answers, golden_questions, scores_without
from bert_tf.handoff.golden_recommendations import golden_recommendations
from bert_tf.handoff.handoff_facts import documents, manifest_facts
from bert_tf.handoff.index_rows import IndexRows, check_run
from bert_tf.models.task_network import HistoryNetwork
from bert_tf.plurals import counted
from bert_tf.recipe.export_keys import export_overrides
from bert_tf.room import check_room
from bert_tf.runs.run import RunFolder
from bert_tf.stage import Notice
from bert_tf.tasks.recipes import run_recipe
from bert_tf.text.encoded import FEATURES
from bert_tf.workflow.assemble import check_is_measured
from bert_tf.workflow.disk_needs import export_needs
from bert_tf.workflow.item_inputs import item_values
from bert_tf.workflow.opened_run import OpenedRun
from bert_tf.workflow.scoring.scorers import RunScorer

_COMPARED = 64  # answers whose vectors are compared as measured and as served
_BLOCK = 2048  # texts whose ids are compared at once
# Vectors in fewer bits would need a search in fewer bits, and golden answers of their own.
_NUMBERS = export_overrides(precision="float32", quantize="none")


def index_run(
    run: RunFolder,
    rows: IndexRows,
    folder: pathlib.Path | None = None,
    *,
    cache_folder: pathlib.Path,
    target: str = DEFAULT_TARGET,
    sign_key: pathlib.Path | None = None,
    notice: Notice = lambda _: None,
) -> pathlib.Path:
    """Write the next version of a run's model, with answers to search, and return the version's folder.

    Nothing is trained, and the run's data isn't read. The version computes in float32.

    Args:
        run: With at least one checkpoint, of a task that gives vectors.
        rows: The answers and questions.
        folder: Gets `<recipe>/<version>/` and `<recipe>/handoff/<version>/`; `run.export` if not given.
        cache_folder: As of `train_recipe`.
        target, sign_key, notice: As of `export_run`.

    Raises:
        DataError: the answers are an index that another model made.
        ExportError: as of `export_run`; or the model takes no text.
        RunError: the run is of another task, or has no checkpoint.
    """
    table = release_table()
    table.check_release(target)
    indexing = OpenedForIndex(run, cache_folder=cache_folder, notice=notice)
    opened, scorer = indexing.opened, indexing.scorer
    check_room(export_needs(opened.recipe.export, opened.model, folder=folder or run.export))
    index, made = indexing.answers(rows)
    notice("searching the answers of the questions")
    report = index_report(scorer, rows, index.vectors)
    threshold = report.pop("threshold", None)
    search = AnswerSearch(index.vectors, columns=_columns(rows), top=rows.top, threshold=threshold)
    module = serving_module(opened, opened.served, search=search)
    check_target(traced_operations(module.signatures().values()), table, target=target)
    facts = {**made, "answers": {**answer_facts(rows, index, threshold), "report": report}}
    serving = opened.task.serving_of_manifest(facts)
    notice("computing the golden questions' answers")
    golden = golden_questions(opened, rows, index.vectors, columns=_columns(rows), threshold=threshold, serving=serving)
    recommended = golden_recommendations(
        opened, rows, index.vectors, columns=_columns(rows), threshold=threshold, tolerance=golden.tolerance
    )
    notice("writing the model")
    papers = Papers(
        manifest={**facts, "tolerance": golden.tolerance, "undecided_left_out": golden.undecided},
        golden=golden.lines,
        of_lists={RECOMMENDATIONS: recommended},
        documents=functools.partial(documents, opened, serving=serving),
        others=[lambda handoff: write_index(handoff, index, facts["answers"])],
    )
    return write_export(
        module,
        papers,
        model_folder=(folder or run.export) / opened.recipe.name,
        target=target,
        extend=(warmup_writer(opened, signatures=("answer",)),),
        beside={"serving": deployment_writer(opened, serving)},
        sign=None if sign_key is None else functools.partial(sign_files, private_key=sign_key),
    )


def text_vectors(scorer: RunScorer, texts: Sequence[bytes], *, features: np.ndarray | None = None) -> Served:
    """What a run's model serves of N ≥ 1 texts, such as `vector`, and `truncated`, bool [N].

    Args:
        scorer: Of the run.
        texts: UTF-8.
        features: What is known of each beside it, float32 [N, F], where the model reads that.
    """
    prepared = scorer.prepare(texts, None)
    inputs = scorer.inputs(prepared, texts, None)
    if features is not None:
        rows = (prepared.plan.batch(number)[0] for number in range(len(prepared.plan)))
        inputs = ({**each, FEATURES: features[part]} for each, part in zip(inputs, rows, strict=True))
    with scorer.surroundings():
        computed = list(under_way(scorer.compute, inputs))
    outputs = in_order(computed, prepared.plan.order)
    served = scorer.served(prepared, outputs, texts=len(texts))
    return {**served, "truncated": np.asarray(prepared.truncated)}


def index_report(scorer: RunScorer, rows: IndexRows, vectors: np.ndarray) -> dict[str, Any]:
    """What index.json says of the questions: as of `scope_facts`, and as of `recall_facts` of those with an answer.

    Those of a run's own rows count as questions without an answer too, with their right one taken away; `held_out_rows`
    says so.

    Args:
        scorer: Makes the questions' vectors.
        rows: Answers and questions.
        vectors: Of the answers, float32 [N, D].
    """
    if rows.questions is None:
        return {}
    asked = text_vectors(scorer, rows.questions.texts)["vector"]
    scores, places = best_answers(asked, vectors, top=rows.top)
    inside, best = rows.questions.in_scope, scores[:, 0]
    found = recall_facts(places[inside], rows.questions.answers[inside]) if inside.any() else {}
    if not rows.questions.is_held_out:
        return {**scope_facts(best, inside), **found}
    others = scores_without(asked[inside], vectors, texts=rows.corpus.texts, right=rows.questions.answers[inside])
    is_asked_twice = np.concatenate([inside, np.zeros(len(others), bool)])
    return {"held_out_rows": True, **scope_facts(np.concatenate([best, others]), is_asked_twice), **found}


class OpenedForIndex:
    """A run whose model makes vectors as they are served, in float32.

    Args:
        run, cache_folder, notice: As of `index_run`.

    Raises:
        RunError: the run is of another task, or has no checkpoint. ExportError: the model takes no text.
    """

    def __init__(self, run: RunFolder, *, cache_folder: pathlib.Path, notice: Notice) -> None:
        check_run(run)
        check_is_measured(run)
        notice("loading the model")
        self.opened = OpenedRun(run, cache_folder=cache_folder, recipe=run_recipe(run, _NUMBERS))
        _check_takes_questions(self.opened)
        self.scorer, self._notice = RunScorer(self.opened, graph=self.opened.served), notice

    def answers(self, rows: IndexRows) -> tuple[AnswerIndex, dict[str, Any]]:
        """The answers with their vectors, and what the manifest says of the run; raises as of `index_run`."""
        return _index(self.opened, self.scorer, rows, self._notice)


def _index(opened: OpenedRun, scorer: RunScorer, rows: IndexRows, notice: Notice) -> tuple[AnswerIndex, dict[str, Any]]:
    notice("comparing the exported model's tokens with Hugging Face's")
    compared = rows_with_equal_ids(opened, opened.tokenizer, _blocks(rows))
    few = rows.corpus.texts[:_COMPARED]
    agreement = check_answers_agree(opened, text_vectors(RunScorer(opened), few), text_vectors(scorer, few))
    facts = manifest_facts(
        opened,
        rows_compared=compared,
        agreement={"rows": len(few), **agreement},
        export=opened.recipe.export,
        golden=Golden([], opened.serving.tolerance),
        beside_float32=None,
    )
    model = vector_model_sha256(facts)
    if rows.before is not None:
        if rows.before.model_sha256 != model:
            raise DataError(
                "This index was made with another model, whose vectors mean nothing to this one.",
                where=rows.where,
                hint="index the answers' own file: --answers FILE",
            )
        return rows.before, facts
    notice(f"encoding {counted(len(rows.corpus), 'answer')}")
    read = cast(HistoryNetwork, opened.network).features if opened.task.events else None
    features = None if read is None else item_values(read, catalogue_cells(read, rows.corpus, where=rows.where))
    encoded = text_vectors(scorer, rows.corpus.texts, features=features)
    vectors, truncated = np.asarray(encoded["vector"], np.float32), int(encoded["truncated"].sum())
    return AnswerIndex(rows.corpus, vectors, model, truncated), facts


def answer_facts(rows: IndexRows, index: AnswerIndex, threshold: float | None) -> dict[str, Any]:
    """What the manifest or index.json says of the answers, but for the report."""
    return {
        "rows": len(rows.corpus),
        "top": rows.top,
        "threshold": threshold,
        "metadata": rows.corpus.metadata is not None,
        "repeated_texts": rows.corpus.repeated_texts,
        "truncated": index.truncated,
        "dimensions": index.vectors.shape[1],
        "corpus_sha256": rows.corpus.sha256,
        "model_sha256": index.model_sha256,
    }


def _columns(rows: IndexRows) -> dict[str, Sequence[bytes]]:
    """What is served of an answer, by output."""
    corpus = rows.corpus
    more = {} if corpus.metadata is None else {"metadata": [value.encode() for value in corpus.metadata]}
    return {"ids": [name.encode() for name in corpus.ids], "texts": corpus.texts, **more}


def _blocks(rows: IndexRows) -> list[Rows]:
    texts = [*rows.corpus.texts, *(() if rows.questions is None else rows.questions.texts)]
    starts = range(0, len(texts), _BLOCK)
    return [(f"text {start + 1:,} of answers and questions", texts[start : start + _BLOCK], None) for start in starts]


def _check_takes_questions(opened: OpenedRun) -> None:
    if in_graph(opened.tokenizer) is None:
        raise ExportError(
            "This model takes token ids, not texts, and so no questions.",
            where=str(opened.folder.path),
            hint="train with an encoder whose tokenizer is WordPiece: `bert-tf encoders` lists them",
        )
