import json
import pathlib

from benchmarks.suites.matmul import step_operations


def test_operations_of_a_step_by_hand(tmp_path: pathlib.Path) -> None:
    config = {"hidden_size": 2, "intermediate_size": 3, "num_hidden_layers": 2}
    (tmp_path / "config.json").write_text(json.dumps(config))
    # Multiply-adds of a row of 4 tokens.
    # Whole layer: queries, keys, values, output 4 × 4·2·2 = 64; scores and sums 2 × 4·4·2 = 64; 2 × 4·2·3 = 48.
    # Last layer: keys, values 2 × 4·2·2 = 32; query, output 2 × 2·2 = 8; 2 × 1·4·2 = 16; 2 × 1·2·3 = 12.
    # Pooler: 2·2 = 4.
    row = (64 + 64 + 48) + (32 + 8 + 16 + 12) + 4
    # Two operations each, the backward pass twice the forward, 5 rows.
    assert step_operations(tmp_path, batch=5, length=4) == 2 * 3 * 5 * row
