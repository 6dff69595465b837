"""A few of the malformed requests of which `python -m benchmarks.serving fuzz` sends 20,000."""

import pytest

from benchmarks.serving.fuzz import Fuzzer
from benchmarks.serving.golden import read

FEW = 200


@pytest.fixture(scope="module")
def fuzzer(model_server, trained):
    return Fuzzer(model_server, read(trained.model))


@pytest.mark.parametrize("kind", ["send_rest", "send_grpc"])
def test_no_malformed_request_is_answered_as_a_failure_of_the_server(fuzzer, kind):
    before = sum(fuzzer.answers.values())
    getattr(fuzzer, kind)(FEW, random_seed=0)
    assert sum(fuzzer.answers.values()) - before >= FEW
