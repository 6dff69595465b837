import dataclasses

import numpy as np
import pytest

from bert_tf.batches.batch_plan import TokenBudget
from bert_tf.batches.dataset import TrainingBatches, evaluation_batches
from bert_tf.batches.padding import padded_inputs
from bert_tf.batches.shard import Shard
from bert_tf.batches.text_groups import TextGroups
from bert_tf.ragged_rows import RaggedRows


@dataclasses.dataclass
class Tokens:
    """A token cache in memory: row i holds i + 1 times the id i."""

    lengths: np.ndarray
    max_tokens: int = 40
    apart: np.ndarray | None = None

    def __len__(self):
        return len(self.lengths)

    def of_epoch(self, epoch):
        return self

    def tokens_in(self, indices):
        return int(self.lengths[indices].sum())

    def texts_in(self, indices):
        return len(indices)

    def rows(self, indices, *, padded_length):
        rows = [np.full(self.lengths[index], index) for index in indices]
        return padded_inputs(rows, self.lengths[indices], padded_length=padded_length, pad_id=0)


TOKENS = Tokens(np.arange(1, 38))
LABELS = np.arange(37) * 10
WEIGHTS = np.arange(37) / 10


def batches(**changes):
    settings = {"targets": LABELS, "weights": WEIGHTS, "batch_size": 4, "seed": 3, "epochs": 2} | changes
    return TrainingBatches(TOKENS, **settings)


def rows_of(inputs):
    return np.asarray(inputs["input_ids"])[:, 0]


def test_batches_may_be_as_long_as_their_longest_row_only():
    usual, shorter = batches(), batches(to_longest=True)
    for made in (shorter, shorter.replaced(TOKENS, targets=LABELS)):
        for step in range(20):
            rows = rows_of(usual.batch(step)[0])
            inputs, labels, _ = made.batch(step)
            np.testing.assert_array_equal(rows_of(inputs), rows)
            np.testing.assert_array_equal(labels, rows * 10)
            assert inputs["input_ids"].shape == made.shape(step) == (len(rows), rows.max() + 1)


def test_inputs_labels_and_weights_belong_together():
    seen = []
    for inputs, labels, weights in batches().dataset():
        rows = rows_of(inputs)
        np.testing.assert_array_equal(labels, rows * 10)
        np.testing.assert_allclose(weights, rows / 10, rtol=1e-6)
        np.testing.assert_array_equal(np.sum(inputs["attention_mask"], 1), rows + 1)
        seen += rows.tolist()
    assert sorted(seen) == sorted([*range(37), *range(37)])
    assert sorted(seen[:37]) == list(range(37))


def test_any_step_can_be_made_directly():
    all_steps = list(batches().dataset())
    for first_step in (1, 9, 10, 13):
        later = list(batches().dataset(first_step=first_step))
        assert len(later) == len(all_steps) - first_step
        for (one, _, _), (other, _, _) in zip(later, all_steps[first_step:], strict=True):
            np.testing.assert_array_equal(one["input_ids"], other["input_ids"])
    inputs, labels, _ = batches().batch(13)
    np.testing.assert_array_equal(inputs["input_ids"], all_steps[13][0]["input_ids"])
    np.testing.assert_array_equal(labels, all_steps[13][1])


def test_sizes_are_those_of_the_batches():
    training = batches()
    for step, (inputs, _, _) in enumerate(training.dataset()):
        size = training.size(step)
        assert (size.examples, size.padded_tokens) == (len(rows_of(inputs)), np.size(inputs["input_ids"]))
        assert size.tokens == np.sum(inputs["attention_mask"])


def test_steps_per_epoch():
    assert batches().steps_per_epoch == 10
    assert batches(batch_size=37).steps_per_epoch == 1


def test_a_token_budget():
    """Steps of 8 tokens, the last 40; rows of 1 to 37 tokens."""
    training = batches(batch_size=TokenBudget(80))
    sizes = [training.size(step) for step in range(2 * training.steps_per_epoch)]
    assert all(size.padded_tokens <= 80 for size in sizes)
    for epoch in (sizes[: training.steps_per_epoch], sizes[training.steps_per_epoch :]):
        assert sum(size.examples for size in epoch) == 37
        assert sum(size.tokens for size in epoch) == 37 * 38 // 2
    assert training.mean_rows * training.steps_per_epoch == pytest.approx(37)
    assert training.replaced(TOKENS, targets=LABELS).steps_per_epoch == training.steps_per_epoch
    assert batches().mean_rows is None


def test_a_token_budget_at_any_step():
    training = batches(batch_size=TokenBudget(80))
    all_steps = list(training.dataset())
    first_step = training.steps_per_epoch + 3
    for (one, _, _), (other, _, _) in zip(
        batches(batch_size=TokenBudget(80)).dataset(first_step=first_step), all_steps[first_step:], strict=True
    ):
        np.testing.assert_array_equal(one["input_ids"], other["input_ids"])


@pytest.mark.parametrize("batch_tokens", [1, 100, 5000])
def test_evaluation_gives_every_row_and_its_place(batch_tokens):
    dataset, order = evaluation_batches(TOKENS, batch_tokens=batch_tokens)
    outputs = np.concatenate([rows_of(inputs) for inputs in dataset])
    assert outputs.tolist() == order.tolist()
    assert sorted(order) == list(range(37))


def test_given_steps_in_the_given_order():
    all_steps, chosen = list(batches().dataset()), [13, 2, 2, 0]
    for (inputs, labels, _), step in zip(batches().dataset(steps=chosen), chosen, strict=True):
        np.testing.assert_array_equal(inputs["input_ids"], all_steps[step][0]["input_ids"])
        np.testing.assert_array_equal(labels, all_steps[step][1])


def test_shape_of_a_step():
    training = batches()
    for step, (inputs, _, _) in enumerate(training.dataset()):
        assert training.shape(step) == inputs["input_ids"].shape


def test_a_sample_of_the_evaluation():
    everything = [rows_of(inputs).tolist() for inputs in evaluation_batches(TOKENS, batch_tokens=60)[0]]
    dataset, order = evaluation_batches(TOKENS, batch_tokens=60, every=3)
    assert [rows_of(inputs).tolist() for inputs in dataset] == everything[::3]
    assert order.tolist() == [row for rows in everything[::3] for row in rows]


@pytest.mark.parametrize("targets", [np.arange(37, dtype=np.float32) / 4, np.arange(74).reshape(37, 2) % 3 == 0])
def test_targets_keep_their_type_and_shape(targets):
    for inputs, found, _ in batches(targets=targets).dataset():
        assert found.shape[1:] == targets.shape[1:]
        assert found.dtype == targets.dtype
        np.testing.assert_array_equal(found, targets[rows_of(inputs)])


def test_targets_of_tokens_are_padded_as_their_inputs_are():
    lengths = TOKENS.lengths
    targets = RaggedRows.of_lengths(np.repeat(np.arange(37, dtype=np.int32), lengths), lengths)
    for inputs, found, _ in batches(targets=targets, epochs=1).dataset():
        mask, rows = np.asarray(inputs["attention_mask"]), rows_of(inputs)
        assert found.shape == mask.shape
        np.testing.assert_array_equal(found, np.where(mask, rows[:, None], -1))


@pytest.mark.parametrize("workers", [2, 3])
def test_the_rows_of_all_workers_are_those_of_each_batch(workers):
    alone = batches(batch_size=6, epochs=2)
    for step, whole in enumerate(alone.dataset()):
        parts = [
            next(iter(batches(batch_size=6, epochs=2, shard=Shard(index, workers)).dataset(first_step=step)))
            for index in range(workers)
        ]
        # The last batch of an epoch has one row: the workers without any compute it too, in no place.
        own = [part for part, (begin, end, _) in parts if end > begin]
        assert all(place[2] == len(whole[1]) for _, place in parts)
        for index, array in enumerate(whole[0].values()):
            np.testing.assert_array_equal(np.concatenate([[*part[0].values()][index] for part in own]), array)
        for place in (1, 2):
            np.testing.assert_array_equal(np.concatenate([part[place] for part in own]), whole[place])


def test_texts_are_shared_out_where_they_are_compared():
    groups = TextGroups(TOKENS, TOKENS, np.arange(37)[::-1, np.newaxis])
    whole = TrainingBatches(groups, targets=np.arange(37), weights=np.ones(37), batch_size=6, seed=0, epochs=1)
    inputs, targets, weights = whole.batch(2)
    parts = []
    for index in range(5):
        whole.shard = Shard(index, 5, by_text=True)
        own, expected, of_rows, place = whole.part(2)
        np.testing.assert_array_equal(expected, targets)
        np.testing.assert_array_equal(of_rows, weights)
        assert place[2] == 12
        parts.append(own["input_ids"])
    np.testing.assert_array_equal(np.concatenate(parts), inputs["input_ids"])
