"""Which runs could exchange their checkpoints."""

import pytest

from bert_tf.runs.training_id import training_id

FACTS = {
    "recipe_sha256": "a",
    "data": {"fingerprints": {"train": "b", "validation": "c", "test": "d"}},
    "encoder": {"weights_sha256": "e", "commit": None},
}


def test_the_test_rows_decide_nothing():
    without = {**FACTS, "data": {"fingerprints": {"train": "b", "validation": "c"}}, "status": "stopped"}
    assert training_id(without) == training_id(FACTS)


@pytest.mark.parametrize(
    "changed",
    [
        {"recipe_sha256": "x"},
        {"data": {"fingerprints": {"train": "x", "validation": "c"}}},
        {"data": {"fingerprints": {"train": "b", "validation": "x"}}},
        {"data": {"fingerprints": {"train": "b"}}},
        {"encoder": {"weights_sha256": "x"}},
        {"encoder": {"weights_sha256": None}},
    ],
)
def test_recipe_rows_and_encoder_do(changed):
    assert training_id({**FACTS, **changed}) != training_id(FACTS)
