"""Every message of the FAQ: its command is run, and must say what the page says, to the letter."""

import pathlib

import pytest
from blocks import Block, blocks_of, prints
from session import Session

BLOCKS = blocks_of(pathlib.Path(__file__).parents[2] / "docs" / "faq.md")


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: f"line-{block.line}")
def test_message(block: Block, tmp_path, cache, no_network):
    empty = {"HF_HOME": str(tmp_path / "hub"), "TFDS_DATA_DIR": str(tmp_path / "tfds")}
    reader = Session(tmp_path, {**no_network, **empty, "BERT_TF_CACHE": str(cache)})
    printed = reader.run(block)
    assert block.output is not None
    assert prints(block.output, printed), printed


def test_each_message_is_an_error():
    assert len(BLOCKS) > 8
    assert [str(block) for block in BLOCKS if not (block.output or "").startswith("Error: ")] == []
