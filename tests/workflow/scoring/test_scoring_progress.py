"""Lines of a log while files are scored, against a clock that the test turns."""

import io

from rich.console import Console

from bert_tf.data.locations import find_files
from bert_tf.workflow.scoring import scoring_progress
from bert_tf.workflow.scoring.blocks import Block
from bert_tf.workflow.scoring.scoring_progress import ScoringProgress


def test_a_line_every_few_seconds_also_within_a_block(tmp_path, monkeypatch):
    (tmp_path / "a.csv").write_text("text\n" + "x\n" * 399)
    (tmp_path / "b.csv").write_text("text\n" + "x\n" * 399)
    now = [0.0]
    monkeypatch.setattr(scoring_progress.time, "monotonic", lambda: now[0])
    locations, output = find_files(str(tmp_path / "*.csv")), io.StringIO()
    first, second = (Block(location.name, ("text",), last=400, texts=[b"x"] * 399) for location in locations)
    with ScoringProgress(Console(file=output, width=200), locations) as progress:
        for seconds, block, share in ((2, first, 0.25), (10, first, 0.5), (12, first, 1.0), (20, second, 0.5)):
            now[0] = seconds
            progress.show(block, share)
        now[0] = 26
        progress.pass_over(100)
    # 200 of 399 rows in 10 s, so 200 of 800 lines; then 399 + 199.5 of them in 20 s, which is 600 lines. Of the 200
    # lines left, 100 were scored before: what that took says nothing.
    assert output.getvalue().splitlines() == [
        "scoring  200 rows · 20 rows/s · 30 s left",
        "scoring  598 rows · 30 rows/s · 7 s left",
        "scoring  598 rows · 23 rows/s · 4 s left",
    ]


def test_a_file_that_cannot_be_read_has_no_known_end(tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"no such thing")
    output = io.StringIO()
    location = find_files(str(tmp_path / "a.parquet"))
    with ScoringProgress(Console(file=output), location) as progress:
        progress.add(1, 1)
    assert output.getvalue() == ""
