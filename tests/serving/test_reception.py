import asyncio

import grpc
import pytest
from event_loop import run_by_its_own_clock, run_coroutine

from bert_tf.serving.reception import Reception
from bert_tf.serving.status import StatusError


async def outcome(reception, seconds):
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        async with reception.receive():
            await asyncio.sleep(seconds)
    except StatusError as problem:
        return problem.code, loop.time() - began
    return grpc.StatusCode.OK, loop.time() - began


def outcomes(reception, waits):
    async def together():
        return await asyncio.gather(*(outcome(reception, wait) for wait in waits))

    return run_by_its_own_clock(together())


def test_what_does_not_come_whole_in_time():
    (slow, took), (fast, _) = outcomes(Reception(seconds=0.2), [60, 0.01])
    assert (slow, fast) == (grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.OK)
    assert took == pytest.approx(0.2)


def test_in_a_crowd_those_that_take_long_make_room():
    found = outcomes(Reception(seconds=2, most=3), [60] * 5 + [0.01])
    codes = [code for code, _ in found]
    assert codes[:3] == [grpc.StatusCode.UNAVAILABLE] * 3
    assert codes[3:5] == [grpc.StatusCode.DEADLINE_EXCEEDED] * 2
    assert codes[5] == grpc.StatusCode.OK
    assert [took for _, took in found] == pytest.approx([0.25] * 3 + [2] * 2 + [0.01])


def test_who_has_left_is_no_crowd():
    reception = Reception(seconds=1, most=1)
    for _ in range(3):
        assert [code for code, _ in outcomes(reception, [0.3])] == [grpc.StatusCode.OK]


def test_what_goes_wrong_inside_is_not_taken_for_time():
    async def broken():
        async with Reception(seconds=1).receive():
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_coroutine(broken())
