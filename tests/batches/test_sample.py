import collections

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.batches.sample import sampled_shapes, shape_counts, spread_shapes, steps_of

LONG, SHORT, RARE = (32, 128), (32, 64), (7, 64)


class Batches:
    """Steps of given shapes."""

    def __init__(self, shapes):
        self.shapes, self.steps_per_epoch = shapes, len(shapes)

    def shape(self, step):
        return self.shapes[step]


def test_each_shape_once_and_the_rest_by_their_share():
    # 17 to share out of 16: 10.625, 5.3125 and 1.0625; rounded down one is left, for the largest remainder.
    chosen = sampled_shapes({LONG: 10, SHORT: 5, RARE: 1}, steps=20)
    assert collections.Counter(chosen) == {LONG: 12, SHORT: 6, RARE: 2}
    assert set(chosen[:3]) == {LONG, SHORT, RARE}


def test_more_shapes_than_steps():
    assert sampled_shapes({LONG: 10, SHORT: 5, RARE: 1}, steps=2) == [LONG, SHORT, RARE]


def test_the_first_shapes_are_far_apart():
    counts = {(32, length): 10 for length in (8, 16, 24, 32, 40, 48, 56, 64)}
    # The largest, the smallest, and what halves the widest gap; 32 and 40 are as far from both ends.
    lengths = [length for _, length in spread_shapes(counts)]
    assert lengths[:3] == [64, 8, 32]
    assert sorted(lengths) == [8, 16, 24, 32, 40, 48, 56, 64]
    # One step in a hundred tells little of the others.
    assert spread_shapes({(32, 16): 99, (32, 64): 1, (5, 16): 1}) == [(32, 64), (32, 16), (5, 16)]
    assert spread_shapes({LONG: 3}) == [LONG]


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=12), st.integers(1, 60))
def test_as_many_as_asked_for_and_none_left_out(counts, steps):
    named = {(32, length): count for length, count in enumerate(counts)}
    chosen = collections.Counter(sampled_shapes(named, steps=steps))
    assert set(chosen) == set(named)
    assert chosen.total() == max(steps, len(named))
    spare = max(0, steps - len(named))
    for shape, count in chosen.items():
        assert abs(count - 1 - spare * named[shape] / sum(counts)) < 1


def test_counts_of_an_epoch():
    assert shape_counts(Batches([SHORT, LONG, LONG, RARE, LONG, SHORT])) == {LONG: 3, SHORT: 2, RARE: 1}


def test_steps_have_the_shapes_and_repeat_only_when_all_were_had():
    shapes = [SHORT, LONG, LONG, RARE, LONG, SHORT]
    wanted = [LONG, RARE, LONG, SHORT, LONG, RARE, LONG]
    steps = steps_of(wanted, Batches(shapes))
    assert [shapes[step] for step in steps] == wanted
    assert steps == [1, 3, 2, 0, 4, 3, 1]
    assert np.all(np.array(steps) < 6)
