"""index --approximate: a corpus of any size as files for a search beside the server of a run's model."""

import pathlib
from typing import Any

import numpy as np

from bert_tf.atomic import new_folder
from bert_tf.errors import ExportError
from bert_tf.export.answer_index import FOLDER, write_index
from bert_tf.export.approximate_search import choose_breadth, faiss_library, neighbour_graph, write_search
from bert_tf.handoff.golden_questions import best_answers
from bert_tf.handoff.index_rows import IndexRows
from bert_tf.handoff.index_run import OpenedForIndex, answer_facts, index_report, text_vectors
from bert_tf.plurals import counted
from bert_tf.runs.run import RunFolder
from bert_tf.stage import Notice

_ASKED = 1000  # answers that stand for questions where there are none


def approximate_index(
    run: RunFolder,
    rows: IndexRows,
    folder: pathlib.Path,
    *,
    cache_folder: pathlib.Path,
    notice: Notice = lambda _: None,
) -> dict[str, Any]:
    """Write answers, their vectors, a search of them and its client into a new folder; returns what index.json says.

    The folder goes with an exported version of the run: its signature `encode` makes the vectors of questions.

    Args:
        run, rows, cache_folder, notice: As of `index_run`.
        folder: Is made.

    Raises:
        ExportError: the folder is there, FAISS is not installed, or as of `index_run`.
        DataError, RunError: as of `index_run`.
    """
    faiss_library()
    if folder.exists():
        raise ExportError(
            "This folder is there already.", where=str(folder), hint="name another one with --approximate", kind="usage"
        )
    opened = OpenedForIndex(run, cache_folder=cache_folder, notice=notice)
    index, _ = opened.answers(rows)
    notice("measuring questions by an exact search")
    report = index_report(opened.scorer, rows, index.vectors)
    threshold = report.pop("threshold", None)
    notice(f"linking {counted(len(rows.corpus), 'answer')} with their neighbours")
    graph = neighbour_graph(index.vectors)
    notice("comparing the search with an exact one")
    asked = _asked(opened, rows, index.vectors)
    _, exact = best_answers(asked, index.vectors, top=rows.top)
    search = choose_breadth(graph, asked, exact)
    facts = {**answer_facts(rows, index, threshold), "report": report, "search": search}
    with new_folder(folder, error=ExportError) as temporary:
        write_index(temporary, index, facts)
        write_search(temporary / FOLDER, graph)
    return facts


def _asked(opened: OpenedForIndex, rows: IndexRows, vectors: np.ndarray) -> np.ndarray:
    """Vectors of the questions, or of some answers in their place."""
    if rows.questions is not None:
        return np.asarray(text_vectors(opened.scorer, rows.questions.texts)["vector"], np.float32)
    return vectors[np.linspace(0, len(vectors) - 1, min(_ASKED, len(vectors))).astype(int)]
