"""A short attack on a real server, and proof that it would see what must not be."""

import collections
import concurrent.futures
import dataclasses

import pytest

from benchmarks.attack.exchange import ViolationError
from benchmarks.attack.hostile import check_answer
from benchmarks.attack.requests import Found, Result, attack
from benchmarks.serving.golden import read
from benchmarks.serving.load import Outcome

KINDS = {"malformed rest", "malformed grpc", "amplified rest", "amplified grpc", "slow", "abandoned", "garbage"}


def test_good_requests_are_answered_beside_hostile_ones(model_server, trained):
    # In a thread of its own: Playwright's event loop runs in that of the tests.
    with concurrent.futures.ThreadPoolExecutor(1) as thread:
        result = thread.submit(attack, model_server, read(trained.model), count=600, clients=16, seed=1).result()
    assert "Traceback" not in model_server.said
    # How long they take, and how memory goes on, is measured with many more.
    quick = dataclasses.replace(result, quiet=Outcome([60.0]), found=dataclasses.replace(result.found, memory=[1]))
    assert quick.problems() == []
    assert {answer.partition(":")[0] for answer in result.found.answers} >= KINDS
    assert sum(result.found.answers.values()) == 300


def result(**changed):
    found = Found(collections.Counter(), [], changed.pop("memory", [100] * 10))
    found.violations.extend(changed.pop("violations", []))
    return Result(Outcome([0.1] * 9), Outcome(**{"seconds": [0.5] * 9, **changed}), found, 9)


def test_what_is_as_it_must_be():
    assert result().problems() == []


@pytest.mark.parametrize("memory", [[100] * 99 + [150], [110] * 30 + [100] * 70, [50] * 20 + [100] * 80])
def test_a_moment_a_fall_and_the_warm_up_are_no_growth(memory):
    assert result(memory=memory).problems() == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"seconds": [0.5] * 8}, "1 good requests are not answered"),
        ({"seconds": [0.51] * 9}, "5.1 times as long"),
        ({"lost": ["gone"]}, "gone"),
        ({"wrong": ["other"]}, "other"),
        ({"violations": ["500"]}, "500"),
        ({"memory": [100] * 90 + [106] * 10}, "grows by 6.0%"),
        ({"memory": [3 << 30] * 10}, "takes 3072 MiB"),
    ],
)
def test_what_must_not_be_is_told(changed, words):
    (problem,) = result(**changed).problems()
    assert words in problem


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_failure_of_the_server_is_a_violation(status):
    answer = b"HTTP/1.1 %d Oh\r\n\r\n"
    with pytest.raises(ViolationError):
        check_answer(b"HTTP/1.1 100 Continue\r\n\r\n" + answer % status, "sent")
    assert check_answer(answer % 503, "sent") == "REST 503"
    with pytest.raises(ViolationError):
        check_answer(answer % 200, "sent", expected=(400,))
