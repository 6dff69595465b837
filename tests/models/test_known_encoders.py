"""What the table says of the encoders that are known by name."""

import math
import re

import pytest
from safetensors import safe_open

from benchmarks.encoders import CONFIGURATIONS
from bert_tf.models.known_encoders import ENCODERS, known_encoder


def test_all_are_pinned_to_a_commit():
    pinned = [source for source in ENCODERS.values() if not source.is_baseline]
    assert all(re.fullmatch("[0-9a-f]{40}", source.revision) for source in pinned)
    assert len(pinned) == len(ENCODERS) - 2


def test_weights_are_those_of_the_file(minilm):
    with safe_open(minilm / "model.safetensors", "numpy") as file:
        names = [name for name in file.keys() if "position_ids" not in name]  # noqa: SIM118
        count = sum(math.prod(file.get_slice(name).get_shape()) for name in names)
    assert ENCODERS["minilm-l6"].weights == count
    assert ENCODERS["minilm-l6"].mebibytes == round((minilm / "model.safetensors").stat().st_size / 2**20)


@pytest.mark.parametrize("name", [name for name, config in CONFIGURATIONS.items() if config["model_type"] == "bert"])
def test_weights_of_a_bert_by_hand(name):
    config = CONFIGURATIONS[name]
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    rows = config["vocab_size"] + 512 + 2
    norm, dense = 2 * hidden, hidden * hidden + hidden
    layer = 4 * dense + 2 * norm + 2 * hidden * inner + inner + hidden
    assert ENCODERS[name].weights == rows * hidden + norm + config["num_hidden_layers"] * layer + dense


def test_the_benchmark_knows_every_encoder():
    assert CONFIGURATIONS.keys() == {name for name, source in ENCODERS.items() if not source.is_baseline}


def test_weights_of_the_baselines_by_hand():
    vocabulary, bow, lstm = 30522, ENCODERS["bow"].config, ENCODERS["bilstm"].config
    places = vocabulary + bow["pairs"]
    # Which pairs there are, how rare each place is, and a dense layer over them.
    assert ENCODERS["bow"].weights == bow["pairs"] + places + places * bow["hidden_size"] + bow["hidden_size"]
    width, units = lstm["embedding_size"], lstm["hidden_size"] // 2
    assert ENCODERS["bilstm"].weights == vocabulary * width + 2 * 4 * units * (width + units + 1)


def test_a_baseline_with_another_tokenizer_is_known():
    assert known_encoder("bow") is known_encoder("bow:owner/name") is ENCODERS["bow"]
    assert known_encoder("minilm-l6") is ENCODERS["minilm-l6"]
    assert known_encoder("minilm-l6:x") is known_encoder("owner/name") is None
