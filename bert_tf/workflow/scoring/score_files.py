"""From files to files: read ahead, compute, write."""

import collections
import contextlib
import pathlib
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import IO

from rich.console import Console

from bert_tf.atomic import new_file
from bert_tf.data.remarks import Remarks
from bert_tf.errors import DataError
from bert_tf.evaluation.compute_outputs import Arrays, in_order, under_way
from bert_tf.workflow.scoring.blocks import Block, BlockReader
from bert_tf.workflow.scoring.refusals import Refusals
from bert_tf.workflow.scoring.request import STANDARD, Request, Scored, find_inputs, format_of
from bert_tf.workflow.scoring.score_writers import Answers, Writer, added_columns, open_writer
from bert_tf.workflow.scoring.scorers import Prepared, Scorer
from bert_tf.workflow.scoring.scoring_progress import ScoringProgress


def score_files(scorer: Scorer, request: Request, *, console: Console) -> Scored:
    """Write the rows of files with the answers to them; what can't be scored is left out and told.

    Args:
        scorer: The model.
        request: What to score.
        console: Where progress is shown.

    Raises:
        DataError: a file can't be read, columns are missing or collide, no row can be scored, or there is no room.
    """
    locations = find_inputs(request)
    _check_pairs(scorer, request)
    refusals, remarks, started = Refusals(), Remarks(), time.monotonic()
    run = _Run(scorer, request)
    reader = BlockReader(request, added=run.added, is_table=run.is_table, refusals=refusals, remarks=remarks)
    blocks = (block for location in locations for block in reader.read(location))
    with ScoringProgress(console, locations) as progress, _output(request) as file, scorer.surroundings():
        # Written in a thread of its own: the next batches don't wait for the disk.
        with contextlib.closing(run), ThreadPoolExecutor(1) as thread:
            written: Future[None] | None = None
            for block, answers in run.answers(blocks, progress):
                if written is not None:
                    written.result()
                written = thread.submit(run.write, file, block, answers)
            if written is not None:
                written.result()
        if not run.rows:
            raise DataError("No row could be scored.", where=", ".join(request.inputs)[:200], problems=refusals.shown)
    return Scored(
        out=request.out,
        rows=run.rows,
        seconds=time.monotonic() - started,
        summary=run.tally.facts(),
        summary_text=run.tally.text(),
        refused=dict(refusals.reasons),
        refused_shown=tuple(refusals.shown),
        defused=run.defused,
        remarks=tuple(remarks.messages),
    )


class _Run:
    """The model at work, and the writer, which is opened with the first block's columns."""

    def __init__(self, scorer: Scorer, request: Request) -> None:
        self._scorer, self._request = scorer, request
        self.added = added_columns(scorer.serving, prefix=request.prefix)
        self._kind = format_of(request.out, default=request.out_format)
        self._writer: Writer | None = None
        self._columns: tuple[str, ...] = ()
        self.rows, self.tally = 0, scorer.serving.tally()

    @property
    def is_table(self) -> bool:
        """Whether all rows that are written have the same columns."""
        return self._kind != "jsonl"

    def answers(self, blocks: Iterator[Block], progress: ScoringProgress) -> Iterator[tuple[Block, Answers]]:
        """The blocks with what the model says, in order. The next block is read while one is computed, and batches of
        one follow those of the last without a gap."""
        waiting: collections.deque[tuple[Block, Prepared]] = collections.deque()

        def batches() -> Iterator[dict[str, object]]:
            for block, prepared in _ahead(self._prepared(blocks)):
                waiting.append((block, prepared))
                yield from self._scorer.inputs(prepared, block.texts, block.pairs)

        outputs: list[Arrays] = []
        for output in under_way(self._scorer.compute, batches()):
            outputs.append(output)
            block, prepared = waiting[0]
            progress.show(block, len(outputs) / len(prepared.plan))
            if len(outputs) == len(prepared.plan):
                yield block, self._answers(block, prepared, outputs)
                waiting.popleft()
                outputs = []

    def _prepared(self, blocks: Iterator[Block]) -> Iterator[tuple[Block, Prepared]]:
        for block in blocks:
            self._check_columns(block)
            if block.texts:
                yield block, self._scorer.prepare(block.texts, block.pairs)

    def _answers(self, block: Block, prepared: Prepared, outputs: list[Arrays]) -> Answers:
        computed = in_order(outputs, prepared.plan.order)
        return Answers(self._scorer.serving, self._scorer.served(prepared, computed, texts=len(block.texts)))

    def _check_columns(self, block: Block) -> None:
        if clashing := [name for name in self.added if name in block.columns]:
            raise DataError(
                f"{block.name} already has a column {clashing[0]!r}, which the results would overwrite.",
                where=block.name,
                hint="--prefix model_ adds a prefix to the names of the added columns",
            )
        self._columns = self._columns or block.columns
        if self.is_table and set(block.columns) != set(self._columns):
            apart = sorted(set(block.columns) ^ set(self._columns))
            raise DataError(
                f"{block.name} has different columns from the files before it: {', '.join(apart)}.",
                where=block.name,
                hint="score it into a separate file, or into JSON Lines",
            )

    def write(self, file: IO[bytes], block: Block, answers: Answers) -> None:
        """Write a block."""
        if self._writer is None:
            self._writer = open_writer(self._kind, file, columns=block.columns, added=self.added, raw=self._request.raw)
        self._writer.write(block, answers)
        self.rows += len(block.texts)
        self.tally.add(answers.outputs)

    def close(self) -> None:
        """Write what is kept back."""
        if self._writer is not None:
            self._writer.close()

    @property
    def defused(self) -> int:
        """Cells that got an apostrophe."""
        return 0 if self._writer is None else self._writer.defused


def _check_pairs(scorer: Scorer, request: Request) -> None:
    if scorer.takes_pairs != (request.pair is not None):
        kind = "pairs of texts" if scorer.takes_pairs else "single texts"
        hint = "set the column of the second text with --text-pair" if scorer.takes_pairs else "remove --text-pair"
        raise DataError(f"This model takes {kind}.", where="--text-pair", hint=hint)


@contextlib.contextmanager
def _output(request: Request) -> Iterator[IO[bytes]]:
    """Standard output, or a file that is there whole or not at all."""
    if request.out == STANDARD:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with new_file(pathlib.Path(request.out), error=DataError) as temporary, temporary.open("wb") as file:
        yield file


def _ahead(items: Iterator[tuple[Block, Prepared]]) -> Iterator[tuple[Block, Prepared]]:
    """The same items, each made while the one before it is used."""
    with ThreadPoolExecutor(1) as thread:
        upcoming = thread.submit(next, items, None)
        while (item := upcoming.result()) is not None:
            upcoming = thread.submit(next, items, None)
            yield item
