import builtins

import numpy as np
import pytest

from bert_tf.errors import ExportError
from bert_tf.export.approximate_search import choose_breadth, faiss_library, neighbour_graph

TOP = 5


def unit(rows, seed):
    vectors = np.random.default_rng(seed).normal(size=(rows, 64)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


VECTORS, ASKED = unit(3000, 0), unit(40, 1)
EXACT = np.argsort(-(ASKED @ VECTORS.T), axis=1)[:, :TOP]


@pytest.fixture(scope="module")
def graph():
    return neighbour_graph(VECTORS)


def recall(graph):
    _, found = graph.search(ASKED, TOP)
    return np.mean([len({*row} & {*wanted}) / TOP for row, wanted in zip(found.tolist(), EXACT.tolist(), strict=True)])


def test_the_fewest_candidates_that_find_enough(graph):
    """Random vectors have no neighbourhoods, and need many."""
    facts = choose_breadth(graph, ASKED, EXACT)
    assert (facts["questions"], facts["top"]) == (40, TOP)
    assert facts["recall"] == pytest.approx(recall(graph), abs=1e-6)
    assert facts["candidates"] in (64, 128, 256, 512)
    assert facts["recall"] >= 0.99 or facts["candidates"] == 512
    graph.hnsw.efSearch = facts["candidates"] // 2
    assert recall(graph) < 0.99


def test_scores_are_cosines(graph):
    graph.hnsw.efSearch = 512
    scores, places = graph.search(ASKED, TOP)
    np.testing.assert_allclose(scores, np.einsum("qd,qkd->qk", ASKED, VECTORS[places]), atol=1e-5)


def test_without_the_library(monkeypatch):
    imported = builtins.__import__

    def without(name, *arguments, **options):
        if name == "faiss":
            raise ImportError
        return imported(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ExportError, match=r"needs the package faiss-cpu(.|\n)*bert_tf\[search\]"):
        faiss_library()
