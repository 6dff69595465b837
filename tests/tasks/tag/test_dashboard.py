import html
import types

import pytest
import tensorflow as tf
from tensorflow.python.summary.summary_iterator import summary_iterator

from bert_tf.tasks.tag.dashboard import TagDashboard


@pytest.fixture
def written(rows, tmp_path):
    """The table of mistakes of an epoch."""

    def write(answers) -> str:
        writer = tf.summary.create_file_writer(str(tmp_path))
        TagDashboard().show_epoch(types.SimpleNamespace(validation=writer), rows(answers), answers, epoch=2)
        writer.close()
        events = [event for file in tmp_path.glob("events*") for event in summary_iterator(str(file))]
        (text,) = [value.tensor.string_val[0] for event in events for value in event.summary.value]
        return html.unescape(text.decode())

    return write


def test_the_worst_rows_have_their_entities_written_out(answers, written):
    table = written(answers(["B-PER O", "B-LOC I-LOC", "O"], ["B-PER O", "B-PER B-PER", "O"]))
    assert table.startswith("1 of 3 rows have other entities than predicted; the worst 1:")
    assert "**a b** (LOC) | **a** (PER) **b** (PER) |" in table


def test_no_mistake(answers, written):
    assert written(answers(["B-PER O"], ["B-PER O"])) == "No mistakes in 1 row."


def test_the_projector_has_places_and_a_verdict(answers):
    found = TagDashboard().columns(answers(["B-PER O", "O"], ["O O", "O"]), [1, 0])
    assert found == {
        "entities": ["(none)", "PER 0–1"],
        "predicted": ["(none)", "(none)"],
        "verdict": ["right", "wrong"],
    }
