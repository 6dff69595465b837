"""Damage is always possible, whatever a file holds."""

import json
import random

import pytest

from benchmarks.attack.damage import damage, other_value


@pytest.mark.parametrize("content", [b'{"a":' * 3000, b"[" * 900 + b"]" * 900, b"", b'{"a": 1}', b"\x00"])
def test_any_file_can_be_damaged_again_and_again(tmp_path, content):
    path, other = tmp_path / "a.json", tmp_path / "b.json"
    for seed in range(40):
        path.write_bytes(content)
        other.write_bytes(b"{}")
        dice = random.Random(seed)
        for _ in range(2):
            if path.exists():
                assert damage(path, [other], dice)


def test_every_value_of_a_document_may_become_another_one():
    content = json.dumps({"a": [1, {"b": "text"}], "c": 2.5}).encode()
    found = [json.loads(other_value(content, random.Random(seed))) for seed in range(400)]
    for expected in (
        {"a": [1, {"b": "other"}], "c": 2.5},
        {"a": [2, {"b": "text"}], "c": 2.5},
        {"a": [{"b": "text"}, 1], "c": 2.5},
        {"a": [1, {"b": "text"}], "c": 3.5},
        {"a": [1, {"b": "text"}]},
    ):
        assert expected in found
