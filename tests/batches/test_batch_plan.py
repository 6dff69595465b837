import itertools

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies

from bert_tf.batches.batch_plan import TokenBudget, evaluation_plan, length_ladder, training_plan

lengths_of = strategies.lists(strategies.integers(1, 256), min_size=1, max_size=300).map(np.array)
sizes = strategies.integers(1, 40)
budgets = strategies.integers(256, 5000)
seeds = strategies.integers(0, 2**32)


@pytest.mark.parametrize(
    "max_tokens, expected",
    [
        (256, [32, 64, 96, 128, 160, 192, 224, 256]),
        (128, [16, 32, 48, 64, 80, 96, 112, 128]),
        (64, [8, 16, 24, 32, 40, 48, 56, 64]),
        (60, [8, 16, 24, 32, 40, 48, 56, 60]),
        (100, [16, 32, 48, 64, 80, 96, 100]),
        (10, [8, 10]),
        (3, [3]),
        (512, [64, 128, 192, 256, 320, 384, 448, 512]),
    ],
)
def test_ladder(max_tokens, expected):
    assert length_ladder(max_tokens=max_tokens).tolist() == expected


@hypothesis.given(lengths_of, sizes, strategies.integers(0, 2**32), strategies.integers(0, 5))
def test_every_example_once_in_as_few_batches_as_can_be(lengths, batch_size, seed, epoch):
    plan = training_plan(lengths, batch_size=batch_size, max_tokens=256, seed=seed, epoch=epoch)
    rows = [plan.batch(index)[0] for index in range(len(plan))]
    assert sorted(np.concatenate(rows)) == list(range(len(lengths)))
    assert len(plan) == -(-len(lengths) // batch_size)
    assert sorted(map(len, rows))[1:] == [batch_size] * (len(plan) - 1)


@hypothesis.given(lengths_of, sizes)
def test_padding_fits(lengths, batch_size):
    ladder = length_ladder(max_tokens=256)
    plan = training_plan(lengths, batch_size=batch_size, max_tokens=256, seed=0, epoch=0)
    for index in range(len(plan)):
        rows, padded = plan.batch(index)
        assert padded == min(step for step in ladder if step >= lengths[rows].max())


@hypothesis.given(lengths_of, strategies.integers(1, 3000))
def test_evaluation_goes_from_short_to_long_in_batches_that_are_full_or_of_lengths_that_end(lengths, batch_tokens):
    plan = evaluation_plan(lengths, batch_tokens=batch_tokens)
    assert (np.diff(lengths[plan.order]) >= 0).all()
    assert sorted(plan.order) == list(range(len(lengths)))
    batches = [plan.batch(index) for index in range(len(plan))]
    for (rows, padded), (following, _) in itertools.pairwise([*batches, (np.array([], int), 0)]):
        assert padded == lengths[rows].max()
        assert len(rows) == 1 or len(rows) * padded <= batch_tokens
        if len(following):
            is_full = (len(rows) + 1) * lengths[following[0]] > batch_tokens
            assert is_full or (padded < lengths[following[0]] and 2 * len(rows) * padded >= batch_tokens)


@pytest.mark.parametrize(
    "lengths, sizes",
    [
        ([2, 2, 2, 3, 3], [3, 2]),  # four would fit, but half a batch is full where rows grow longer
        ([2, 2, 2, 3], [4]),  # a batch that takes all that is left
        ([2, 2, 3, 3, 3], [4, 1]),  # less than half of it would be full
    ],
)
def test_evaluation_ends_a_batch_where_rows_grow_longer(lengths, sizes):
    assert np.diff(evaluation_plan(np.array(lengths), batch_tokens=12).starts).tolist() == sizes


def test_evaluation_of_nothing():
    assert len(evaluation_plan(np.array([], int), batch_tokens=64)) == 0


def test_a_plan_is_a_function_of_seed_and_epoch():
    lengths = np.random.default_rng(0).integers(1, 256, 1000)
    first, again, other_epoch, other_seed = (
        training_plan(lengths, batch_size=16, max_tokens=256, seed=seed, epoch=epoch).order
        for seed, epoch in ((1, 0), (1, 0), (1, 1), (2, 0))
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other_epoch).mean() > 0.9
    assert (first != other_seed).mean() > 0.9


def test_like_lengths_stand_together():
    lengths = np.random.default_rng(0).integers(1, 257, 4000)
    plan = training_plan(lengths, batch_size=32, max_tokens=256, seed=0, epoch=0)
    padded = sum(len(rows) * length for rows, length in map(plan.batch, range(len(plan))))
    # Steps of 32 waste 16 tokens a row on the mean; padding to the longest would waste 128.
    assert padded - lengths.sum() < 20 * len(lengths)


@pytest.mark.parametrize(
    "max_tokens, parts, expected",
    [
        (64, 4, list(range(2, 65, 2))),
        (60, 2, [*range(4, 60, 4), 60]),
        (256, 2, list(range(16, 257, 16))),
        (3, 4, [2, 3]),
    ],
)
def test_steps_of_the_ladder_in_parts(max_tokens, parts, expected):
    assert length_ladder(max_tokens=max_tokens, parts=parts).tolist() == expected


@hypothesis.given(lengths_of, sizes | budgets.map(TokenBudget), seeds)
def test_padding_to_the_longest_changes_nothing_else(lengths, batch_size, seed):
    plan = training_plan(lengths, batch_size=batch_size, max_tokens=256, seed=seed, epoch=0)
    longest = plan.to_longest(lengths)
    assert len(longest) == len(plan)
    for index in range(len(plan)):
        rows, padded = longest.batch(index)
        np.testing.assert_array_equal(rows, plan.batch(index)[0])
        assert padded == lengths[rows].max()


@pytest.mark.parametrize(
    "batches, apart, together",
    # Of the lengths to 64, steps of 8 have 32 groups in four parts and 16 in two, which need four batches each.
    [(128, False, 2), (127, False, 4), (64, False, 4), (63, False, 8), (128, True, 8)],
)
def test_lengths_that_stand_together_are_as_near_as_there_are_batches(batches, apart, together):
    lengths = np.random.default_rng(0).permutation(np.resize(np.arange(1, 65), 32 * batches))
    numbers = np.arange(len(lengths)) if apart else None
    plan = training_plan(lengths, batch_size=32, max_tokens=64, seed=0, epoch=0, apart=numbers)
    groups = [set((lengths[rows] - 1) // together) for rows, _ in map(plan.batch, range(batches))]
    # All but those that begin with what another group left over.
    assert sum(len(group) == 1 for group in groups) >= batches - 64 // together
    halves = [set((lengths[rows] - 1) // (together // 2)) for rows, _ in map(plan.batch, range(batches))]
    assert np.mean([len(half) == 1 for half in halves]) < 0.5


def test_other_rows_meet_in_each_epoch():
    lengths = np.random.default_rng(0).integers(1, 65, 32 * 128)
    pairs = []
    for epoch in (0, 1):
        plan = training_plan(lengths, batch_size=32, max_tokens=64, seed=0, epoch=epoch)
        batches = [sorted(plan.batch(index)[0].tolist()) for index in range(len(plan))]
        pairs.append({pair for rows in batches for pair in itertools.combinations(rows, 2)})
    assert len(pairs[0] & pairs[1]) < 0.4 * len(pairs[0])


def test_batches_do_not_come_by_length():
    lengths = np.random.default_rng(0).integers(1, 257, 4000)
    plan = training_plan(lengths, batch_size=32, max_tokens=256, seed=0, epoch=0)
    correlation = np.corrcoef(plan.padded_lengths, np.arange(len(plan)))[0, 1]
    assert abs(correlation) < 0.3


@hypothesis.given(sizes, strategies.integers(1, 12), strategies.integers(1, 20), strategies.integers(0, 2**32))
def test_rows_of_one_number_are_spread_over_the_batches(batch_size, numbers, times, seed):
    """Of equally many rows of each number, no window of so many rows has one of them twice."""
    apart = np.tile(np.arange(numbers), times)
    lengths = np.full(len(apart), 5)
    plan = training_plan(lengths, batch_size=batch_size, max_tokens=8, seed=seed, epoch=0, apart=apart)
    assert sorted(plan.order) == list(range(len(apart)))
    for index in range(len(plan)):
        _, counts = np.unique(apart[plan.batch(index)[0]], return_counts=True)
        assert counts.max() <= -(-batch_size // numbers) + (batch_size % numbers > 0 and batch_size > numbers)


@hypothesis.given(lengths_of, sizes, strategies.integers(0, 2**32))
def test_rows_that_are_apart_are_still_each_seen_once(lengths, batch_size, seed):
    apart = np.arange(len(lengths)) % 5
    plan = training_plan(lengths, batch_size=batch_size, max_tokens=256, seed=seed, epoch=1, apart=apart)
    assert sorted(plan.order) == list(range(len(lengths)))
    assert len(plan) == -(-len(lengths) // batch_size)
    for index in range(len(plan)):
        rows, padded_length = plan.batch(index)
        assert lengths[rows].max() <= padded_length


@hypothesis.given(lengths_of, budgets, seeds, strategies.integers(0, 5))
def test_of_a_token_budget_every_example_comes_once_and_padding_is_in_it(lengths, tokens, seed, epoch):
    plan = training_plan(lengths, batch_size=TokenBudget(tokens), max_tokens=256, seed=seed, epoch=epoch)
    batches = [plan.batch(index) for index in range(len(plan))]
    assert sorted(np.concatenate([rows for rows, _ in batches])) == list(range(len(lengths)))
    for rows, padded in batches:
        assert lengths[rows].max() <= padded
        assert len(rows) * padded <= tokens
        assert padded in length_ladder(max_tokens=256)
    # All but one are as full as their length allows.
    assert sum((len(rows) + 1) * padded <= tokens for rows, padded in batches) <= 1


@hypothesis.given(lengths_of, budgets, seeds, seeds)
def test_of_a_token_budget_each_epoch_has_the_same_shapes(lengths, tokens, seed, other):
    def shapes(seed, epoch):
        plan = training_plan(lengths, batch_size=TokenBudget(tokens), max_tokens=256, seed=seed, epoch=epoch)
        return sorted((len(rows), padded) for rows, padded in map(plan.batch, range(len(plan))))

    assert shapes(seed, 0) == shapes(seed, 3) == shapes(other, 0)


def test_a_plan_of_a_token_budget_is_a_function_of_seed_and_epoch():
    lengths = np.random.default_rng(0).integers(1, 256, 1000)
    first, again, other_epoch, other_seed = (
        training_plan(lengths, batch_size=TokenBudget(900), max_tokens=256, seed=seed, epoch=epoch)
        for seed, epoch in ((1, 0), (1, 0), (1, 1), (2, 0))
    )
    for name in ("order", "starts", "padded_lengths"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
    assert (first.order != other_epoch.order).mean() > 0.9
    assert (first.order != other_seed.order).mean() > 0.9


def test_batches_of_a_token_budget_by_hand():
    """Steps of 8 tokens, 32 in a batch: four of 8, two of 16, one of 24 and of 32."""
    lengths = np.array([3] * 7 + [10] * 2 + [30])
    plan = training_plan(lengths, batch_size=TokenBudget(32), max_tokens=64, seed=0, epoch=0)
    batches = sorted((padded, sorted(lengths[rows])) for rows, padded in map(plan.batch, range(len(plan))))
    # Three short ones are left over, and join the longer ones: two of them fill a batch, one stands beside a longer.
    assert batches == [(8, [3, 3, 3, 3]), (16, [3, 3]), (16, [3, 10]), (32, [10]), (32, [30])]


def test_a_text_longer_than_the_budget_has_a_batch_of_its_own():
    lengths = np.array([250, 250, 3, 3, 3])
    plan = training_plan(lengths, batch_size=TokenBudget(100), max_tokens=256, seed=0, epoch=0)
    assert sorted((len(rows), padded) for rows, padded in map(plan.batch, range(3))) == [(1, 256), (1, 256), (3, 32)]
