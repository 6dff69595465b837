"""Blocks of rows to one file: the next is read while one is computed, and written while the next is computed."""

import collections
import contextlib
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import IO, Self

import pyarrow as pa

from bert_tf.evaluation.compute_outputs import AT_A_TIME, Arrays, in_order, under_way
from bert_tf.workflow.scoring.blocks import Block
from bert_tf.workflow.scoring.columns import check_added, check_same_columns
from bert_tf.workflow.scoring.request import Request
from bert_tf.workflow.scoring.score_writers import Answers, Writer, added_columns, open_writer
from bert_tf.workflow.scoring.scorers import Prepared, Scorer
from bert_tf.workflow.scoring.scoring_progress import Follower


class ScoringThreads:
    """Threads that read, compute and write; they are gone when it is left.

    They are the same for all files: of each thread that ever called it, TensorFlow keeps some memory.
    """

    def __init__(self) -> None:
        self.reading, self.writing = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
        self.computing = ThreadPoolExecutor(AT_A_TIME)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for threads in (self.reading, self.computing, self.writing):
            threads.shutdown()


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
                for block, answers in self._answers_of(self._checked(blocks, columns), follower):
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

    def _answers_of(self, blocks: Iterator[Block], follower: Follower) -> Iterator[tuple[Block, Answers]]:
        """The blocks with what the model says, in order; batches of one follow those of the last without a gap."""
        waiting: collections.deque[tuple[Block, Prepared]] = collections.deque()

        def batches() -> Iterator[dict[str, object]]:
            prepared_blocks = (
                (block, self._scorer.prepare(block.texts, block.pairs)) for block in blocks if block.texts
            )
            for block, prepared in _ahead(prepared_blocks, self._threads.reading):
                waiting.append((block, prepared))
                yield from self._scorer.inputs(prepared, block.texts, block.pairs)

        outputs: list[Arrays] = []
        for output in under_way(self._scorer.compute, batches(), threads=self._threads.computing):
            outputs.append(output)
            block, prepared = waiting[0]
            follower.show(block, len(outputs) / len(prepared.plan))
            if len(outputs) == len(prepared.plan):
                yield block, self._answers(block, prepared, outputs)
                waiting.popleft()
                outputs = []

    def _answers(self, block: Block, prepared: Prepared, outputs: list[Arrays]) -> Answers:
        computed = in_order(outputs, prepared.plan.order)
        return Answers(self._scorer.serving, self._scorer.served(prepared, computed, texts=len(block.texts)))

    def _write(self, writer: Writer, block: Block, answers: Answers) -> None:
        writer.write(block, answers)
        self.rows += len(block.texts)
        self.tally.add(answers.outputs)


def _ahead(items: Iterator[tuple[Block, Prepared]], thread: Executor) -> Iterator[tuple[Block, Prepared]]:
    """The same items, each made while the one before it is used."""
    upcoming = thread.submit(next, items, None)
    while (item := upcoming.result()) is not None:
        upcoming = thread.submit(next, items, None)
        yield item
