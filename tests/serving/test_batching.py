import asyncio
import threading

import grpc
import numpy as np
import pytest
from event_loop import run_coroutine

from bert_tf.serving.batching import Batcher
from bert_tf.serving.metrics import Metrics
from bert_tf.serving.status import StatusError


class Gate:
    """A model whose first batch waits, so that others gather; remembers the rows of each batch."""

    def __init__(self, servable):
        self.servable, self.batches, self.opened = servable, [], threading.Event()

    def run(self, name, inputs):
        self.batches.append(len(next(iter(inputs.values()))))
        self.opened.wait(300)
        return self.servable.run(name, inputs)


def ids(*rows):
    return {"ids": np.array(rows, np.int32)}


def running(scenario, **options):
    async def run():
        settings = {"max_batch_size": 4, "timeout": 0.0, "max_enqueued_rows": 100, "metrics": Metrics(), **options}
        batcher = Batcher(**settings)
        working = asyncio.create_task(batcher.work())
        try:
            return await asyncio.wait_for(scenario(batcher), 300)
        finally:
            working.cancel()

    return run_coroutine(run())


async def behind(batcher, gate, requests):
    """Ask while a first request is computed, so that all of them wait together."""
    first = asyncio.create_task(batcher.run(gate, "company", ids([0]), rows=1))
    while not gate.batches:
        await asyncio.sleep(0.001)
    asked = [asyncio.create_task(batcher.run(gate, "company", inputs, rows=len(inputs["ids"]))) for inputs in requests]
    await asyncio.sleep(0.01)
    gate.opened.set()
    await first
    return await asyncio.gather(*asked, return_exceptions=True)


def test_those_that_wait_are_computed_together(odd):
    gate = Gate(odd)
    answers = running(lambda batcher: behind(batcher, gate, [ids([1, 2]), ids([3, 4], [5, 6])]))
    assert gate.batches == [1, 3]
    assert [answer["sums"].tolist() for answer in answers] == [[3], [7, 11]]
    assert [answer["rows"].tolist() for answer in answers] == [[3], [3, 3]]


def test_a_batch_is_no_larger_than_allowed(odd):
    gate = Gate(odd)
    answers = running(lambda batcher: behind(batcher, gate, [ids([n]) for n in range(6)]))
    assert gate.batches == [1, 4, 2]
    assert [answer["sums"].item() for answer in answers] == list(range(6))


def test_a_large_request_is_computed_in_parts(odd):
    async def scenario(batcher):
        return await batcher.run(odd, "company", ids(*[[n] for n in range(10)]), rows=10)

    answer = running(scenario)
    assert answer["sums"].tolist() == list(range(10))
    assert answer["rows"].tolist() == [4] * 8 + [2] * 2


class Padded:
    """A model whose answer to a row of one number is as many things, padded to the most of a batch."""

    def run(self, name, inputs):
        counts = inputs["ids"]
        is_thing = np.arange(counts.max()) < counts
        names = np.where(is_thing, np.array(b"thing", object), np.array(b"", object))
        return {"count": counts[:, 0], "places": np.where(is_thing, 7, 0), "names": names}


def test_parts_of_a_large_request_are_padded_alike():
    async def scenario(batcher):
        return await batcher.run(Padded(), "company", ids([0], [1], [1], [0], [3], [2]), rows=6)

    answer = running(scenario)
    assert answer["count"].tolist() == [0, 1, 1, 0, 3, 2]
    assert answer["places"].tolist() == [[0, 0, 0], [7, 0, 0], [7, 0, 0], [0, 0, 0], [7, 7, 7], [7, 7, 0]]
    assert answer["names"][1].tolist() == [b"thing", b"", b""]


class Changing:
    """A model whose answers have another name each time."""

    def __init__(self):
        self.batches = 0

    def run(self, name, inputs):
        self.batches += 1
        return {f"answer {self.batches}": inputs["ids"]}


def test_parts_that_do_not_fit_together_fail_their_request_alone():
    async def scenario(batcher):
        model = Changing()
        with pytest.raises(KeyError, match="answer 1"):
            await batcher.run(model, "company", ids(*([0] * 6)), rows=6)
        return await batcher.run(model, "company", ids([5]), rows=1)

    assert running(scenario)["answer 3"].tolist() == [[5]]


def test_ids_of_different_lengths_are_not_put_together(odd):
    gate = Gate(odd)
    running(lambda batcher: behind(batcher, gate, [ids([1]), ids([1, 2]), ids([3])]))
    assert sorted(gate.batches) == [1, 1, 2]


def test_a_bad_request_does_not_take_others_with_it(odd):
    gate = Gate(odd)
    good, bad, other = running(lambda batcher: behind(batcher, gate, [ids([1]), ids([-1]), ids([2])]))
    assert gate.batches == [1, 3, 1, 1, 1]
    assert (good["sums"].item(), other["sums"].item()) == (1, 2)
    assert isinstance(bad, StatusError)
    assert bad.code == grpc.StatusCode.INVALID_ARGUMENT


def test_whoever_has_gone_is_not_computed(odd):
    gate = Gate(odd)

    async def scenario(batcher):
        first = asyncio.create_task(batcher.run(gate, "company", ids([0]), rows=1))
        while not gate.batches:
            await asyncio.sleep(0.001)
        gone, stays = (asyncio.create_task(batcher.run(gate, "company", ids([n]), rows=1)) for n in (1, 2))
        await asyncio.sleep(0.01)
        gone.cancel()
        await asyncio.sleep(0)
        gate.opened.set()
        await first
        return await stays

    assert running(scenario)["rows"].tolist() == [1]


def test_no_rows(odd):
    async def scenario(batcher):
        return await batcher.run(odd, "company", {"ids": np.zeros([0, 3], np.int32)}, rows=0)

    assert running(scenario)["sums"].tolist() == []


def test_too_many_rows_wait(odd):
    gate = Gate(odd)
    answers = running(
        lambda batcher: behind(batcher, gate, [ids([1], [2]), ids([3]), ids([4], [5])]), max_enqueued_rows=3
    )
    assert [type(answer) for answer in answers] == [dict, dict, StatusError]
    assert answers[2].code == grpc.StatusCode.UNAVAILABLE


def test_a_request_waits_for_company_as_long_as_it_is_told(odd):
    async def scenario(batcher):
        first = asyncio.create_task(batcher.run(odd, "company", ids([1]), rows=1))
        await asyncio.sleep(0.05)
        assert not first.done()
        # The fourth row makes the batch full: nobody waits longer.
        second = await batcher.run(odd, "company", ids([2], [3], [4]), rows=3)
        return (await first)["rows"].tolist() + second["rows"].tolist()

    assert running(scenario, timeout=200.0) == [4, 4, 4, 4]


def test_who_waits_when_time_is_over_is_told(odd):
    gate = Gate(odd)

    async def scenario(batcher):
        computed, waits = (asyncio.create_task(batcher.run(gate, "company", ids([n]), rows=1)) for n in (1, 2))
        while not gate.batches:
            await asyncio.sleep(0.001)
        batcher.refuse_waiting()
        comes = asyncio.create_task(batcher.run(gate, "company", ids([3]), rows=1))
        gate.opened.set()
        return await asyncio.gather(computed, waits, comes, return_exceptions=True)

    computed, waits, comes = running(scenario, max_batch_size=1)
    assert computed["sums"].tolist() == [1]
    assert [answer.code for answer in (waits, comes)] == [grpc.StatusCode.UNAVAILABLE] * 2


def test_outputs_that_are_not_of_rows(odd):
    async def scenario(batcher):
        with pytest.raises(StatusError, match="0th dimension") as caught:
            await batcher.run(odd, "total", {"x": np.ones(2, np.float32)}, rows=2)
        return caught.value.code

    assert running(scenario) == grpc.StatusCode.FAILED_PRECONDITION


def test_a_defect_is_told_and_the_next_request_answered(odd):
    class Broken:
        def run(self, name, inputs):
            raise MemoryError

    async def scenario(batcher):
        with pytest.raises(MemoryError):
            await batcher.run(Broken(), "company", ids([1]), rows=1)
        return await batcher.run(odd, "company", ids([1]), rows=1)

    assert running(scenario)["sums"].tolist() == [1]


def large(first, count):
    return ids(*[[first + number] for number in range(count)])


def test_a_batch_is_shared_equally(odd):
    gate = Gate(odd)
    answers = running(lambda batcher: behind(batcher, gate, [large(0, 10), large(100, 3), ids([7])]))
    # A row each in turn: two of the first, one and one of the others; then two and two; then what is left.
    assert gate.batches == [1, 4, 4, 4, 2]
    assert answers[0]["sums"].tolist() == list(range(10))
    assert answers[1]["sums"].tolist() == [100, 101, 102]
    assert answers[2]["sums"].tolist() == [7]


def test_a_small_request_does_not_wait_for_a_large_one(odd):
    gate, order = Gate(odd), []

    async def asked(batcher, inputs):
        await batcher.run(gate, "company", inputs, rows=len(inputs["ids"]))
        order.append(len(inputs["ids"]))

    async def scenario(batcher):
        asking = [asyncio.create_task(asked(batcher, inputs)) for inputs in (large(0, 40), large(0, 30), ids([1]))]
        while not gate.batches:
            await asyncio.sleep(0.001)
        gate.opened.set()
        await asyncio.gather(*asking)

    running(scenario)
    assert order == [1, 30, 40]


def test_a_large_request_whose_client_goes_is_computed_no_further(odd):
    gate = Gate(odd)

    async def scenario(batcher):
        goes = asyncio.create_task(batcher.run(gate, "company", large(0, 20), rows=20))
        while not gate.batches:
            await asyncio.sleep(0.001)
        goes.cancel()
        await asyncio.sleep(0)
        stays = asyncio.create_task(batcher.run(gate, "company", ids([1]), rows=1))
        await asyncio.sleep(0.01)
        gate.opened.set()
        return await stays

    assert running(scenario)["sums"].tolist() == [1]
    assert gate.batches == [4, 1]


def test_a_long_row_is_computed_beside_others(odd):
    gate = Gate(odd)
    long_row = {"ids": np.ones([1, 4096], np.int32)}

    async def scenario(batcher):
        waits = asyncio.create_task(batcher.run(gate, "company", long_row, rows=1))
        while not gate.batches:
            await asyncio.sleep(0.001)
        answer = await batcher.run(odd, "company", ids([1]), rows=1)
        assert not waits.done()
        gate.opened.set()
        await waits
        return answer

    assert running(scenario)["sums"].tolist() == [1]


def test_a_batch_is_of_few_bytes(odd):
    gate = Gate(odd)
    # 64 KiB hold eight rows of 2,000 ids.
    rows = {"ids": np.ones([12, 2000], np.int32)}

    async def scenario(batcher):
        gate.opened.set()
        return await batcher.run(gate, "company", rows, rows=12)

    assert running(scenario, max_batch_size=32)["sums"].tolist() == [2000] * 12
    assert gate.batches == [8, 4]


def test_large_requests_take_no_places_of_small_ones(odd):
    gate = Gate(odd)
    answers = running(
        lambda batcher: behind(batcher, gate, [large(0, 8), large(0, 5), ids([1]), ids([2], [3])]), max_enqueued_rows=10
    )
    assert [type(answer) for answer in answers] == [dict, StatusError, dict, dict]
