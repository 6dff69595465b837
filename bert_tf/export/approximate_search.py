"""Approximate search of a corpus that is too large to compare a question with every answer: a graph of neighbours, by
FAISS, as a file beside the export.

Malkov & Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical Navigable Small World
graphs", 2018, https://arxiv.org/abs/1603.09320; Douze et al., "The Faiss library", 2024,
https://arxiv.org/abs/2401.08281.
"""

import pathlib
import shutil
from types import ModuleType
from typing import Any

import numpy as np

from bert_tf.errors import ExportError
from bert_tf.export.checksums import NAME, folder_sha256, sums_text

_GRAPH, _CLIENT = "answers.faiss", "search.py"
_LINKS, _BUILD_BREADTH = 32, 200  # of the graph: neighbours of an answer, and candidates for them
_BREADTHS = (32, 64, 128, 256, 512)  # candidates of a search
_ENOUGH = 0.99  # of what an exact search finds


def faiss_library() -> ModuleType:
    """FAISS; raises ExportError where it is not installed."""
    try:
        import faiss
    except ImportError as problem:
        raise ExportError(
            "An approximate search needs the package faiss-cpu, which is not installed.",
            hint="pip install 'bert_tf[search]'",
            kind="machine",
        ) from problem
    return faiss


def neighbour_graph(vectors: np.ndarray) -> Any:
    """An `IndexHNSWFlat` of N answers, whose scores are inner products.

    Args:
        vectors: Of length 1, float32 [N, D].
    """
    faiss = faiss_library()
    graph = faiss.IndexHNSWFlat(vectors.shape[1], _LINKS, faiss.METRIC_INNER_PRODUCT)
    graph.hnsw.efConstruction = _BUILD_BREADTH
    graph.add(np.ascontiguousarray(vectors, np.float32))
    return graph


def choose_breadth(graph: Any, asked: np.ndarray, exact: np.ndarray) -> dict[str, Any]:
    """Set how many candidates a search has: the fewest with which it finds enough of what an exact one finds.

    Args:
        graph: Of N answers.
        asked: Vectors of questions, float32 [Q, D], Q ≥ 1.
        exact: Places of the nearest k answers of each, int [Q, k].

    Returns:
        `candidates`; `recall`, the share of the nearest k that are among the k that were found; `questions` and `top`,
        Q and k.
    """
    count, top = exact.shape
    for breadth in _BREADTHS:
        graph.hnsw.efSearch = max(breadth, top)
        _, found = graph.search(np.ascontiguousarray(asked, np.float32), top)
        recall = float(np.mean([np.isin(wanted, row).mean() for wanted, row in zip(exact, found, strict=True)]))
        if recall >= _ENOUGH:
            break
    return {"candidates": int(graph.hnsw.efSearch), "recall": round(recall, 6), "questions": count, "top": top}


def write_search(folder: pathlib.Path, graph: Any) -> None:
    """Write the graph, the client's script and the hashes of all files into the folder of an index."""
    faiss_library().write_index(graph, str(folder / _GRAPH))
    shutil.copyfile(pathlib.Path(__file__).with_name("search_client.py"), folder / _CLIENT)
    # FAISS reads what it is given: of damaged files it finds other answers, or reads beyond its memory.
    (folder / NAME).write_text(sums_text(folder_sha256(folder)), encoding="utf-8")
