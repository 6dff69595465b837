"""Blocks of rows with what a model says of them: the next is read while one is computed."""

import collections
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar

from bert_tf.evaluation.compute_outputs import AT_A_TIME, Arrays, in_order, under_way
from bert_tf.workflow.scoring.blocks import Block
from bert_tf.workflow.scoring.score_writers import Answers
from bert_tf.workflow.scoring.scorers import Prepared, Scorer
from bert_tf.workflow.scoring.scoring_progress import Follower

AnyBlock = TypeVar("AnyBlock", bound=Block)


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


def answered_blocks(
    scorer: Scorer, blocks: Iterator[AnyBlock], *, threads: ScoringThreads, follower: Follower
) -> Iterator[tuple[AnyBlock, Answers]]:
    """The blocks that have texts with what the model says, in order; batches of one follow those of the last without a
    gap.

    Args:
        scorer: The model, in its surroundings.
        blocks: Read in a thread of their own.
        threads: That do the work.
        follower: Is told how far it is.
    """
    waiting: collections.deque[tuple[AnyBlock, Prepared]] = collections.deque()

    def batches() -> Iterator[dict[str, object]]:
        prepared_blocks = ((block, scorer.prepare(block.texts, block.pairs)) for block in blocks if block.texts)
        for block, prepared in _ahead(prepared_blocks, threads.reading):
            waiting.append((block, prepared))
            yield from scorer.inputs(prepared, block.texts, block.pairs)

    outputs: list[Arrays] = []
    for output in under_way(scorer.compute, batches(), threads=threads.computing):
        outputs.append(output)
        block, prepared = waiting[0]
        follower.show(block, len(outputs) / len(prepared.plan))
        if len(outputs) == len(prepared.plan):
            computed = in_order(outputs, prepared.plan.order)
            yield block, Answers(scorer.serving, scorer.served(prepared, computed, texts=len(block.texts)))
            waiting.popleft()
            outputs = []


def _ahead(items: Iterator[tuple[AnyBlock, Prepared]], thread: Executor) -> Iterator[tuple[AnyBlock, Prepared]]:
    """The same items, each made while the one before it is used."""
    upcoming = thread.submit(next, items, None)
    while (item := upcoming.result()) is not None:
        upcoming = thread.submit(next, items, None)
        yield item
