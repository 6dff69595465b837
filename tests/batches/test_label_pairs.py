import dataclasses

import hypothesis
import numpy as np
from hypothesis import strategies

from bert_tf.batches.dataset import TrainingBatches
from bert_tf.batches.label_pairs import LabelPairs, drawn_partners
from bert_tf.batches.padding import padded_inputs


@dataclasses.dataclass
class Tokens:
    """A token cache in memory."""

    texts_ids: list[list[int]]
    max_tokens: int = 8

    @property
    def lengths(self):
        return np.array(list(map(len, self.texts_ids)))

    def ids_in_use(self, *, vocabulary_size, most):
        return np.unique([0, *(token for text in self.texts_ids for token in text)])

    def rows(self, indices, *, padded_length):
        rows = [np.array(self.texts_ids[index]) for index in indices]
        return padded_inputs(rows, self.lengths[indices], padded_length=padded_length, pad_id=0)


LABELS = strategies.lists(strategies.integers(0, 5), min_size=1, max_size=40).map(np.array)


@hypothesis.given(LABELS, strategies.integers(0, 3), strategies.integers(0, 3))
def test_each_text_is_the_partner_of_one_other_of_its_label(labels, seed, epoch):
    partners = drawn_partners(labels, seed=seed, epoch=epoch)
    assert sorted(partners) == list(range(len(labels)))
    assert (labels[partners] == labels).all()
    alone = np.bincount(labels)[labels] == 1
    assert ((partners == np.arange(len(labels))) == alone).all()
    assert (partners == drawn_partners(labels, seed=seed, epoch=epoch)).all()


def test_every_epoch_and_seed_has_pairs_of_its_own():
    labels = np.repeat([0, 1], 20)
    drawn = [tuple(drawn_partners(labels, seed=seed, epoch=epoch)) for seed in (0, 1) for epoch in range(3)]
    assert len(set(drawn)) == 6


TOKENS = Tokens([[1, 3, 2], [1, 4, 4, 4, 2], [1, 5, 2], [1, 6, 6, 2]])


def test_a_row_is_a_text_another_of_its_label_and_a_wrong_one():
    # Rows 0 and 2 have one label, 1 and 3 the other: there is one way to pair them.
    pairs = LabelPairs(TOKENS, np.array([0, 1, 0, 1]), seed=0, wrong=np.array([[1], [0], [3], [2]]))
    rows = pairs.of_epoch(0)
    assert (len(pairs), rows.texts_in(np.arange(4)), rows.apart.tolist()) == (4, 12, [0, 1, 0, 1])
    assert rows.rows(np.array([0, 3]), padded_length=5)["input_ids"].tolist() == [
        [1, 3, 2, 0, 0], [1, 5, 2, 0, 0], [1, 4, 4, 4, 2],
        [1, 6, 6, 2, 0], [1, 4, 4, 4, 2], [1, 5, 2, 0, 0],
    ]  # fmt: skip
    assert rows.lengths.tolist() == [5, 5, 4, 5]
    assert pairs.ids_in_use(vocabulary_size=10, most=9).tolist() == [0, 1, 2, 3, 4, 5, 6]


def test_batches_follow_the_pairs_of_their_epoch():
    tokens, labels = Tokens([[1, 10 + row, 2] for row in range(12)]), np.arange(12) % 2
    pairs = LabelPairs(tokens, labels, seed=4)
    made = TrainingBatches(pairs, targets=labels[:, np.newaxis], weights=np.ones(12), batch_size=4, seed=4, epochs=2)
    seen = []
    for step in range(6):
        inputs, _, _ = made.batch(step)
        own, right = inputs["input_ids"][:, 1].reshape(-1, 2).T - 10
        assert right.tolist() == drawn_partners(labels, seed=4, epoch=step // 3)[own].tolist()
        # Labels are spread: two of each in a batch of four.
        assert sorted(labels[own]) == [0, 0, 1, 1]
        seen += own.tolist()
    assert sorted(seen[:6] + seen[6:12]) == list(range(12))
