"""The parts of all workers are the batch, each row once and in its order."""

from hypothesis import given
from hypothesis import strategies as st

from bert_tf.batches.shard import Shard


@given(size=st.integers(1, 300), count=st.integers(1, 70))
def test_parts_are_the_whole(size, count):
    shards = [Shard(index, count) for index in range(count)]
    places = [shard.place(size) for shard in shards]
    assert [row for begin, end, _ in places for row in range(begin, end)] == list(range(size))
    assert {int(of) for _, _, of in places} == {size}
    lengths = [int(end - begin) for begin, end, _ in places]
    assert max(lengths) - min(lengths) <= 1
    for shard, (begin, end, _) in zip(shards, places, strict=True):
        rows = list(range(size))[shard.part(size)]
        # A worker without rows computes the first one.
        assert rows == (list(range(begin, end)) or [0])
