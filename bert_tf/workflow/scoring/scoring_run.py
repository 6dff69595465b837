"""Blocks of rows to one file: the next is read while one is computed, and written while the next is computed."""

import contextlib
from collections.abc import Iterator
from concurrent.futures import Future, wait
from typing import IO

import pyarrow as pa

from bert_tf.workflow.scoring.answered_blocks import ScoringThreads, answered_blocks
from bert_tf.workflow.scoring.blocks import Block
from bert_tf.workflow.scoring.columns import check_added, check_same_columns
from bert_tf.workflow.scoring.request import Request
from bert_tf.workflow.scoring.score_writers import Answers, Writer, added_columns, open_writer
from bert_tf.workflow.scoring.scorers import Scorer
from bert_tf.workflow.scoring.scoring_progress import Follower


class ScoringRun:
    """A model at work on the rows of one output file.

    Args:
        scorer: The model.
        request: What is scored.
        kind: As of `open_writer`.
        threads: That do the work.

    Attributes:
        rows: That were written.
        tally: What the answers come to.
        defused: Cells that got an apostrophe.
    """

    def __init__(self, scorer: Scorer, request: Request, *, kind: str, threads: ScoringThreads) -> None:
        self._scorer, self._request, self._kind, self._threads = scorer, request, kind, threads
        self._added = added_columns(scorer.serving, prefix=request.prefix).names
        self.rows, self.defused, self.tally = 0, 0, scorer.serving.tally()

    def write(
        self,
        blocks: Iterator[Block],
        file: IO[bytes],
        follower: Follower,
        *,
        columns: tuple[str, ...] = (),
        schema: pa.Schema | None = None,
    ) -> None:
        """Write all rows of the blocks with the answers to them.

        Args:
            blocks: Of all files.
            file: Gets them.
            follower: Is told how far it is.
            columns: Of the rows; those of the first block if not given, and nothing is written without a row.
            schema: Types of the columns of Parquet; as of the first rows if not given.

        Raises:
            DataError: columns differ between files, or collide with those of the answers.
        """
        with contextlib.ExitStack() as stack:
            writer: Writer | None = None
            if columns:
                writer = stack.enter_context(contextlib.closing(self._open(file, columns, schema)))
            written = Future[None]()
            written.set_result(None)
            try:
                for block, answers in self._answered(blocks, columns, follower):
                    written.result()
                    if writer is None:
                        writer = self._open(file, block.columns, schema)
                        stack.enter_context(contextlib.closing(writer))
                    # The next batches don't wait for the disk.
                    written = self._threads.writing.submit(self._write, writer, block, answers)
                written.result()
            finally:
                wait([written])  # no writer is closed while it writes
        self.defused += 0 if writer is None else writer.defused

    def _open(self, file: IO[bytes], columns: tuple[str, ...], schema: pa.Schema | None) -> Writer:
        added = added_columns(self._scorer.serving, prefix=self._request.prefix)
        return open_writer(self._kind, file, columns=columns, added=added, raw=self._request.raw, schema=schema)

    def _checked(self, blocks: Iterator[Block], columns: tuple[str, ...]) -> Iterator[Block]:
        for block in blocks:
            check_added(block.name, block.columns, added=self._added)
            columns = columns or block.columns
            if self._kind != "jsonl":
                check_same_columns(block.name, block.columns, columns)
            yield block

    def _answered(
        self, blocks: Iterator[Block], columns: tuple[str, ...], follower: Follower
    ) -> Iterator[tuple[Block, Answers]]:
        checked = self._checked(blocks, columns)
        return answered_blocks(self._scorer, checked, threads=self._threads, follower=follower)

    def _write(self, writer: Writer, block: Block, answers: Answers) -> None:
        writer.write(block, answers)
        self.rows += len(block.texts)
        self.tally.add(answers.outputs)
