"""How the threads of an output file end."""

import io
import time

import pytest

from bert_tf.errors import DataError
from bert_tf.workflow.scoring.answered_blocks import ScoringThreads
from bert_tf.workflow.scoring.blocks import Block
from bert_tf.workflow.scoring.request import Request
from bert_tf.workflow.scoring.scoring_progress import Advance
from bert_tf.workflow.scoring.scoring_run import ScoringRun


class SlowFile(io.BytesIO):
    def write(self, content):
        time.sleep(0.1)
        return super().write(content)


class NoFollower(Advance):
    def show(self, block, share):
        self.to(block, share)


def test_what_is_being_written_when_a_file_breaks_off_is_written_to_its_end(pair_scorer):
    def blocks():
        for number in range(5):
            row = {"text": "a", "second": "one"}
            yield Block("a.csv", ("text", "second"), number, number + 1, [b"a"], [b"one"], [row])
        raise DataError("The rest can't be read.")

    file, request = SlowFile(), Request(["a.csv"], "out.csv", "text", "second")
    with ScoringThreads() as threads:
        run = ScoringRun(pair_scorer, request, kind="csv", threads=threads)
        with pytest.raises(DataError, match="The rest can't be read"):
            run.write(blocks(), file, NoFollower())
    # When the sixth block is asked for, two of five are being computed; the others are in the file behind the header.
    assert (run.rows, file.getvalue().count(b"\n")) == (3, 4)
