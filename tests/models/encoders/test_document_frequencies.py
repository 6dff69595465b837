"""Counted over texts again, with Python's own counters."""

import collections
import itertools

import numpy as np

from bert_tf.models.encoders import document_frequencies
from bert_tf.models.encoders.document_frequencies import count_documents

VOCABULARY = 9


def counted(rows, most_pairs=100):
    lengths = np.array([len(row) for row in rows])
    return count_documents(
        lambda index: np.array(rows[index], np.uint16), lengths, vocabulary_size=VOCABULARY, most_pairs=most_pairs
    )


def test_against_counters():
    random = np.random.default_rng(1)
    rows = [random.integers(0, VOCABULARY, size=random.integers(1, 12)).tolist() for _ in range(40)]
    pieces = collections.Counter(piece for row in rows for piece in set(row))
    pairs = collections.Counter(pair for row in rows for pair in set(itertools.pairwise(row)))
    found = counted(rows)
    assert found.texts == 40
    assert found.of_pieces.tolist() == [pieces[piece] for piece in range(VOCABULARY)]
    expected = {pair: count for pair, count in pairs.items() if count > 1}
    keys = [divmod(int(key), VOCABULARY) for key in found.pairs]
    assert dict(zip(keys, found.of_pairs.tolist(), strict=True)) == expected
    assert keys == sorted(keys)


def test_the_most_frequent_pairs_stay():
    # (1, 2) in three texts, (2, 3) and (3, 4) in two, (4, 5) in one.
    rows = [[1, 2, 3], [1, 2, 3, 4], [1, 2], [3, 4, 5]]
    assert counted(rows, most_pairs=2).pairs.tolist() == [1 * 9 + 2, 2 * 9 + 3]
    assert counted(rows, most_pairs=2).of_pairs.tolist() == [3, 2]
    assert counted(rows).pairs.tolist() == [11, 21, 31]


def test_of_many_texts_a_part_from_all_over_them(monkeypatch):
    monkeypatch.setattr(document_frequencies, "_MOST_TOKENS", 10)
    rows = [[1, 2]] * 5 + [[3, 4]] * 5
    found = counted(rows)
    # 20 tokens are twice as many as are looked at: every other text is.
    assert found.texts == 5
    assert found.of_pieces[[1, 3]].tolist() == [3, 2]
