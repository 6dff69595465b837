"""From files or a stream to counts, by a model."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor

from rich.console import Console

from bert_tf.data.locations import Location
from bert_tf.monitoring.event_files import EventFiles
from bert_tf.monitoring.events import EventBlock, Stream
from bert_tf.monitoring.monitor import Monitor
from bert_tf.workflow.scoring.answered_blocks import ScoringThreads, answered_blocks
from bert_tf.workflow.scoring.scorers import Scorer
from bert_tf.workflow.scoring.scoring_progress import ScoringProgress

_IDLE = 1.0  # seconds


def monitor_files(
    monitor: Monitor,
    scorer: Scorer,
    files: EventFiles,
    locations: Sequence[Location],
    *,
    console: Console,
    keep_up: Callable[[], None],
) -> float:
    """Count the events of files that were not counted yet, then judge; seconds that counting took.

    Args:
        monitor: Counts.
        scorer: The model.
        files: Reads them.
        locations: Of the files.
        console: Where progress is shown.
        keep_up: Called after each block.

    Raises:
        DataError: as of `EventFiles.blocks`.
    """
    started = time.monotonic()
    with ScoringProgress(console, locations) as progress, scorer.surroundings(), ScoringThreads() as threads:
        blocks = files.blocks(locations)
        for block, answers in answered_blocks(scorer, blocks, threads=threads, follower=progress):
            monitor.count(block, answers.outputs)
            keep_up()
    for block in files.tails:
        monitor.count(block)
    seconds = time.monotonic() - started
    monitor.judge(time.time(), at_end=True)
    keep_up()
    return seconds


def monitor_stream(monitor: Monitor, scorer: Scorer, stream: Stream, *, keep_up: Callable[[], None]) -> None:
    """Count the events of a stream as they arrive, and judge each bucket of time once it is over.

    Args:
        monitor: Counts.
        scorer: The model.
        stream: Gives the events.
        keep_up: Called after each block, and in silence.
    """
    # Not the thread of `ScoringThreads` that reads: each block is read by that one, too, while this one may wait.
    with scorer.surroundings(), ScoringThreads() as threads, ThreadPoolExecutor(1) as parsing:
        for block in _ahead(stream.blocks(idle=_IDLE), parsing):
            monitor.leave_out_known(block)
            if block.texts:
                for answered, answers in answered_blocks(scorer, _only(block), threads=threads, follower=_Nobody()):
                    monitor.count(answered, answers.outputs)
            elif block.refused or block.duplicates or block.positions:
                monitor.count(block)
            monitor.judge(time.time())
            keep_up()
    monitor.judge(time.time(), at_end=True)
    keep_up()


def _ahead(blocks: Iterator[EventBlock], thread: Executor) -> Iterator[EventBlock]:
    """The same blocks, each of which is made of what has arrived while the one before it is computed."""
    upcoming = thread.submit(next, blocks, None)
    while (block := upcoming.result()) is not None:
        upcoming = thread.submit(next, blocks, None)
        yield block


def _only(block: EventBlock) -> Iterator[EventBlock]:
    yield block


class _Nobody:
    """A follower that tells nobody how far a stream is, which has no end."""

    def show(self, block: object, share: float) -> None:
        """See `Follower`."""
