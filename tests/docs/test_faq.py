"""Every message of the FAQ: its command is run, and must say what the page says, to the letter."""

import http.server
import pathlib
import threading

import pytest
from blocks import Block, blocks_of, prints
from session import Session

BLOCKS = blocks_of(pathlib.Path(__file__).parents[2] / "docs" / "faq.md")


class Refusing(http.server.BaseHTTPRequestHandler):
    """A proxy for https that lets nobody through."""

    def do_CONNECT(self):
        self.send_error(403)

    def log_message(self, *_):
        """Write nothing between the dots."""


@pytest.fixture
def let_through_nowhere(no_network):
    """`no_network`, where an answer comes: the hub's library asks for 23 seconds again when none does."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as proxy:
        threading.Thread(target=proxy.serve_forever, args=[0.05], daemon=True).start()
        yield {**no_network, **dict.fromkeys(("HTTPS_PROXY", "https_proxy"), f"http://127.0.0.1:{proxy.server_port}")}
        proxy.shutdown()


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: f"line-{block.line}")
def test_message(block: Block, tmp_path, cache, let_through_nowhere):
    empty = {"HF_HOME": str(tmp_path / "hub"), "TFDS_DATA_DIR": str(tmp_path / "tfds")}
    reader = Session(tmp_path, {**let_through_nowhere, **empty, "BERT_TF_CACHE": str(cache)})
    printed = reader.run(block)
    assert block.output is not None
    assert prints(block.output, printed), printed


def test_each_message_is_an_error():
    assert len(BLOCKS) > 8
    assert [str(block) for block in BLOCKS if not (block.output or "").startswith("Error: ")] == []
