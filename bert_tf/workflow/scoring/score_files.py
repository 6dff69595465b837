"""From files to one file."""

import contextlib
import pathlib
import sys
import time
from collections.abc import Iterator
from typing import IO

from rich.console import Console

from bert_tf.atomic import new_file
from bert_tf.data.locations import Location
from bert_tf.errors import DataError
from bert_tf.workflow.scoring.answered_blocks import ScoringThreads
from bert_tf.workflow.scoring.blocks import Block, BlockReader
from bert_tf.workflow.scoring.notes import Notes
from bert_tf.workflow.scoring.request import STANDARD, Request, Scored, find_inputs, out_format
from bert_tf.workflow.scoring.score_writers import added_columns
from bert_tf.workflow.scoring.scorers import Scorer, check_pairs
from bert_tf.workflow.scoring.scoring_progress import ScoringProgress
from bert_tf.workflow.scoring.scoring_run import ScoringRun


def score_files(scorer: Scorer, request: Request, *, console: Console) -> Scored:
    """Write the rows of files with the answers to them into one; what can't be scored is left out and told.

    Args:
        scorer: The model.
        request: What to score; `out` is no folder.
        console: Where progress is shown.

    Raises:
        DataError: a file can't be read, columns are missing or collide, no row can be scored, or there is no room.
    """
    locations = find_inputs(request)
    check_pairs(scorer, request)
    notes, started, kind = Notes(), time.monotonic(), out_format(request, locations)
    added = added_columns(scorer.serving, prefix=request.prefix).names
    reader = BlockReader(request, added=added, is_table=kind != "jsonl")
    with (
        ScoringProgress(console, locations) as progress,
        _output(request) as file,
        scorer.surroundings(),
        ScoringThreads() as threads,
    ):
        run = ScoringRun(scorer, request, kind=kind, threads=threads)
        run.write(_blocks(reader, locations, notes), file, progress)
        if not run.rows:
            raise DataError("No row could be scored.", where=", ".join(request.inputs)[:200], problems=notes.shown)
    return Scored(
        out=request.out,
        rows=run.rows,
        seconds=time.monotonic() - started,
        summary=run.tally.facts(),
        summary_text=run.tally.text(),
        refused=dict(notes.reasons),
        refused_shown=tuple(notes.shown),
        defused=run.defused,
        remarks=tuple(notes.remarks.messages),
    )


def _blocks(reader: BlockReader, locations: list[Location], notes: Notes) -> Iterator[Block]:
    for location in locations:
        for part in reader.parts(location, reader.columns(location)):
            yield from part.blocks
            notes.join(part.notes.as_json())


@contextlib.contextmanager
def _output(request: Request) -> Iterator[IO[bytes]]:
    """Standard output, or a file that is there whole or not at all."""
    if request.out == STANDARD:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with new_file(pathlib.Path(request.out), error=DataError) as temporary, temporary.open("wb") as file:
        yield file
