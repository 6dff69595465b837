"""From files to the files of a folder, by this process or by several; what an earlier command made is kept."""

import pathlib
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from bert_tf.data.locations import Location
from bert_tf.errors import DataError
from bert_tf.export.task_serving import TaskServing
from bert_tf.workflow.scoring.notes import Notes
from bert_tf.workflow.scoring.request import Request, Scored, find_inputs
from bert_tf.workflow.scoring.scored_model import identity_of, serving_of
from bert_tf.workflow.scoring.scoring_progress import ScoringProgress
from bert_tf.workflow.scoring.shard_folder import Shard, ShardFolder
from bert_tf.workflow.scoring.shard_plan import ShardPlan, asked_for, make_plan
from bert_tf.workflow.scoring.shard_workers import run_workers
from bert_tf.workflow.source import Source

if TYPE_CHECKING:
    from bert_tf.workflow.scoring.scorers import Scorer


# Makes what is missing in a folder elsewhere than in processes of this machine.
Elsewhere = Callable[[ShardFolder, ShardPlan], None]


def score_folder(
    source: Source,
    request: Request,
    *,
    load: Callable[[], "Scorer"],
    console: Console,
    elsewhere: Elsewhere | None = None,
) -> Scored:
    """Write the rows of files with the answers to them into a folder, a file for each `shard_rows` of them.

    The same command again goes on where one was killed, and does nothing where one is done.

    Args:
        source: Run or model.
        request: What to score.
        load: Makes the scorer of `source`; isn't called where other processes score, or nothing is left to do.
        console: Where progress is shown.
        elsewhere: Makes the files, where this machine shall not.

    Raises:
        DataError: a file can't be read, columns are missing or collide, no row can be scored, there is no room, the
            folder has other files in it, or results of another command, another process is at it, or a file changes
            meanwhile.
    """
    locations, serving = find_inputs(request), serving_of(source)
    folder = ShardFolder(pathlib.Path(request.out))
    with folder.held() as lock:
        plan = _plan(source, request, folder, locations, serving)
        kept, started = folder.keep_whole_ones(), time.monotonic()
        if _shards(folder, plan) is None:
            if elsewhere is not None:
                elsewhere(folder, plan)
            else:
                scorer = load() if request.workers == 1 else None
                started = time.monotonic()
                with ScoringProgress(console, locations) as progress:
                    progress.pass_over(sum(shard.lines for shard in kept))
                    if scorer is None:
                        run_workers(source, request, lock=lock, progress=progress)
                    else:
                        from bert_tf.workflow.scoring.score_shards import ShardScorer

                        ShardScorer(scorer, request, plan, folder).score(locations, progress)
            _check_unchanged(source, request, plan, locations)
        found = _shards(folder, plan)
        if found is None:
            raise DataError("Some rows were not scored.", where=request.out, hint="run the same command again")
        scored = _scored(request, found, kept, serving, seconds=time.monotonic() - started)
        folder.succeed()
    return scored


def _plan(
    source: Source, request: Request, folder: ShardFolder, locations: Sequence[Location], serving: TaskServing
) -> ShardPlan:
    """The folder's, or a new one."""
    asked = asked_for(request, locations, model=identity_of(source))
    plan = folder.plan(asked)
    if plan is None:
        plan = make_plan(request, locations, asked=asked, serving=serving)
        folder.begin(plan)
    return plan


def _check_unchanged(source: Source, request: Request, plan: ShardPlan, locations: Sequence[Location]) -> None:
    """Raises DataError where an input, or the model, is not what it was when the plan was made."""
    if asked_for(request, locations, model=identity_of(source)) != plan.asked:
        raise DataError(
            "An input changed while it was scored, or the model did.",
            where=request.out,
            hint="remove this folder, and score copies that nobody changes",
        )


def _shards(folder: ShardFolder, plan: ShardPlan) -> list[Shard] | None:
    """All files of the folder in their order; None where one is not done."""
    found: list[Shard] = []
    for number in range(len(plan.stems)):
        of_input = folder.shards(plan, number)
        if of_input is None:
            return None
        found += of_input
    return found


def _scored(
    request: Request, shards: Sequence[Shard], kept: Sequence[Shard], serving: TaskServing, *, seconds: float
) -> Scored:
    notes, tally = Notes(), serving.tally()
    for shard in shards:
        notes.join(shard.notes)
        tally.join(shard.summary, rows=shard.rows)
    rows = sum(shard.rows for shard in shards)
    if not rows:
        raise DataError("No row could be scored.", where=", ".join(request.inputs)[:200], problems=notes.shown)
    return Scored(
        out=request.out,
        rows=rows,
        seconds=seconds,
        summary=tally.facts(),
        summary_text=tally.text(),
        refused=dict(notes.reasons),
        refused_shown=tuple(notes.shown),
        defused=sum(shard.defused for shard in shards),
        remarks=tuple(notes.remarks.messages),
        files=len(shards),
        kept_files=len(kept),
        kept_rows=sum(shard.rows for shard in kept),
    )
