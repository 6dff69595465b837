import dataclasses

import numpy as np
import tensorflow as tf

from bert_tf.training.tensorboard.mistakes import mistakes_table, write_mistakes


@dataclasses.dataclass
class Rows:
    labels: np.ndarray
    label_names: tuple[str, ...]
    written: list[bytes]
    second: list[bytes] | None = None

    @property
    def targets(self) -> np.ndarray:
        return self.labels

    @property
    def facts(self) -> dict[str, object]:
        return {"label_names": self.label_names}

    def __len__(self):
        return len(self.labels)

    def texts(self, start, stop):
        return self.written[start:stop]

    def pairs(self, start, stop):
        return self.second and self.second[start:stop]


ROWS = Rows(np.array([0, 1, 0, 1]), ("good", "<b>"), [b"right", b"very wrong", b"wrong", b"a|b\nc"])
PROBABILITIES = np.array([[0.9, 0.1], [0.95, 0.05], [0.3, 0.7], [0.6, 0.4]])


def table_of(rows, probabilities=PROBABILITIES):
    return mistakes_table(rows, rows.labels, probabilities, label_names=rows.label_names)


def test_worst_first():
    lines = table_of(ROWS).splitlines()
    assert lines[0] == "3 of 4 predictions wrong; the worst 3:"
    assert lines[4:] == [
        "&#60;b&#62; | 0.0500 | good | 0.9500 | very wrong",
        "good | 0.3000 | &#60;b&#62; | 0.7000 | wrong",
        "&#60;b&#62; | 0.4000 | good | 0.6000 | a&#124;b c",
    ]


def test_no_mistake():
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8], [0.9, 0.1], [0.2, 0.8]])
    assert table_of(ROWS, probabilities) == "No mistakes in 4 rows."


def test_pairs_long_texts_and_broken_ones():
    rows = dataclasses.replace(ROWS, written=[b"x" * 1000] * 4, second=[b"\xff and \x00<br> more"] * 4)
    row = table_of(rows).splitlines()[4]
    lines = "<br>".join(["x" * 60] * 4)
    assert row.endswith(f"| {lines}<br>{'x' * 59}…<br>⏎ \ufffd and  &#60;br&#62; more")


def test_many_are_cut_to_twenty():
    rows = Rows(np.zeros(50, int), ("a", "b"), [b"text"] * 50)
    lines = table_of(rows, np.tile([0.2, 0.8], (50, 1))).splitlines()
    assert lines[0] == "50 of 50 predictions wrong; the worst 20:"
    assert len(lines) == 4 + 20


def test_read_back(write, read_events, tmp_path):
    table = table_of(ROWS)
    write(lambda writers: write_mistakes(writers.validation, table, step=2, description="Wrong ones."))
    events = read_events(tmp_path / "validation")
    (event,) = events.Tensors("worst_mistakes")
    assert event.step == 2
    assert tf.make_ndarray(event.tensor_proto).item().decode() == table
    assert "worst_mistakes" in events.PluginTagToContent("text")
