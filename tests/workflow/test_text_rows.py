import dataclasses
import types

import numpy as np
import tensorflow as tf

from bert_tf.batches.padding import padded_inputs
from bert_tf.tasks.embed.network import EmbedNetwork
from bert_tf.workflow.expected_texts import ExpectedTexts
from bert_tf.workflow.text_rows import text_rows


@dataclasses.dataclass
class Tokens:
    """A token cache in memory: a text is its id."""

    ids: list[int]
    max_tokens: int = 8

    @property
    def lengths(self):
        return np.ones(len(self.ids), np.int64)

    def rows(self, indices, *, padded_length):
        found = [np.array([self.ids[index]]) for index in indices]
        return padded_inputs(found, self.lengths[indices], padded_length=padded_length, pad_id=0)


def prepared(texts: ExpectedTexts):
    return types.SimpleNamespace(tokens={"train": Tokens([1, 2, 3])}, texts={"train": texts})


PAIRS = ExpectedTexts(
    texts=[b"a", b"b", b"c"],
    tokens=Tokens([10, 11, 12]),
    text_of=np.array([[0], [1], [0]], np.int32),
    numbers=np.array([[5, 0], [6, 1], [7, 0]], np.int32),
)


def ids(rows, epoch=0):
    return rows.of_epoch(epoch).rows(np.arange(3), padded_length=1)["input_ids"].reshape(3, -1).tolist()


def test_a_mined_text_comes_behind_the_others():
    rows, numbers = text_rows(prepared(PAIRS), seed=0)
    assert (ids(rows), numbers.tolist()) == ([[1, 10], [2, 11], [3, 10]], PAIRS.numbers.tolist())
    rows, numbers = text_rows(prepared(PAIRS), seed=0, mined=np.array([2, -1, 1], np.int32))
    # Where none was mined the right text stands, which the loss is told to leave out.
    assert ids(rows) == [[1, 10, 12], [2, 11, 11], [3, 10, 11]]
    assert numbers.tolist() == [[5, 0, 2], [6, 1, -1], [7, 0, 1]]
    assert (numbers.dtype, rows.lengths.tolist()) == (np.int32, [1, 1, 1])


def test_a_mined_text_of_another_label():
    labels = np.array([0, 1, 0], np.int32)
    texts = ExpectedTexts([b"x", b"y", b"z"], Tokens([1, 2, 3]), np.arange(3)[:, np.newaxis],
                          np.stack([labels, labels], 1), labels=labels)  # fmt: skip
    rows, numbers = text_rows(prepared(texts), seed=0, mined=np.array([1, 2, -1]))
    assert ids(rows) == [[1, 3, 2], [2, 2, 3], [3, 1, 3]]
    assert numbers.tolist() == [[0, 0, 1], [1, 1, 0], [0, 0, -1]]


def test_the_loss_leaves_out_what_stands_for_no_text():
    random = np.random.default_rng(0)
    vectors = random.normal(size=(3, 3, 4))
    vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
    numbers = np.array([[5, 0], [6, 1], [7, 2]])

    def loss(numbers, vectors):
        flat = tf.constant(vectors.reshape(-1, 4), tf.float32)
        return EmbedNetwork(temperature=1.0, both_directions=True).loss(tf.constant(numbers), {"vector": flat}).numpy()

    without = loss(numbers, vectors[:, :2])
    np.testing.assert_allclose(loss(np.column_stack([numbers, [-1, -1, -1]]), vectors), without, rtol=1e-6)
    assert (loss(np.column_stack([numbers, [-1, 9, -1]]), vectors) > without).all()
