"""A process that makes files of a folder: reads its job from standard input, and tells how far it is.

    python -m bert_tf.workflow.scoring.shard_worker

Its parent holds the other end of standard input: when that closes, the parent is gone, and so is this process. Each
line that it writes is an event in JSON: `rows` and `lines` that were computed, or an `error`.
"""

import json
import os
import pathlib
import sys
import time
from typing import IO, Any

from bert_tf.environment import cache_folder
from bert_tf.errors import BertTfError, DataError
from bert_tf.processes import end_with_input
from bert_tf.quiet import quiet_start
from bert_tf.stop_signals import StopSignals
from bert_tf.told_errors import told
from bert_tf.workflow.scoring.blocks import Block
from bert_tf.workflow.scoring.request import Request, find_inputs
from bert_tf.workflow.scoring.scored_model import identity_of
from bert_tf.workflow.scoring.scoring_progress import Advance
from bert_tf.workflow.scoring.shard_folder import ShardFolder
from bert_tf.workflow.scoring.shard_plan import asked_for
from bert_tf.workflow.source import Source

_STOPPED = 130
_SECONDS_BETWEEN_EVENTS = 0.5


class Events:
    """Tells the parent how far this process is: a `Follower`."""

    def __init__(self, file: IO[str]) -> None:
        self._file, self._advance = file, Advance()
        self._rows = self._lines = self._last = 0.0

    def show(self, block: Block, share: float) -> None:
        """See `Follower`."""
        rows, lines = self._advance.to(block, share)
        self._rows, self._lines = self._rows + rows, self._lines + lines
        if share == 1 or time.monotonic() - self._last > _SECONDS_BETWEEN_EVENTS:
            self._last = time.monotonic()
            self.tell({"rows": self._rows, "lines": self._lines})
            self._rows = self._lines = 0.0

    def tell(self, event: dict[str, Any]) -> None:
        """Write an event."""
        self._file.write(json.dumps(event) + "\n")
        self._file.flush()


def main() -> int:
    """Do the job; returns the exit status."""
    # Whatever else is printed is not for the parent.
    events = Events(os.fdopen(os.dup(1), "w", encoding="utf-8"))
    os.dup2(2, 1)
    job = json.loads(sys.stdin.readline())
    end_with_input(_STOPPED)
    try:
        with StopSignals():
            _score(Request(**job["request"]), Source(job["kind"], pathlib.Path(job["path"])), events)
    except KeyboardInterrupt:
        return _STOPPED
    except BertTfError as error:
        events.tell({"error": told(error)})
        return 1
    return 0


def _score(request: Request, source: Source, events: Events) -> None:
    with quiet_start():
        from bert_tf.workflow.scoring.score_shards import ShardScorer
        from bert_tf.workflow.scoring.scorers import load_scorer
    folder, locations = ShardFolder(pathlib.Path(request.out)), find_inputs(request)
    plan = folder.plan(asked_for(request, locations, model=identity_of(source)))
    if plan is None:
        raise DataError(
            "The folder has no plan for these inputs any more: it was removed, or they have changed.",
            where=request.out,
            hint="run the same command again",
        )
    ShardScorer(load_scorer(source, cache_folder=cache_folder()), request, plan, folder).score(locations, events)


if __name__ == "__main__":
    status = main()
    sys.stderr.flush()
    # All is written; TensorFlow's own way out takes a second.
    os._exit(status)
