"""One process at work on a folder: it makes each file that no other has made or is making."""

from collections.abc import Sequence

from bert_tf.atomic import new_file
from bert_tf.data.locations import Location
from bert_tf.errors import DataError
from bert_tf.integrity import file_sha256
from bert_tf.workflow.scoring.answered_blocks import ScoringThreads
from bert_tf.workflow.scoring.blocks import BlockReader, Part
from bert_tf.workflow.scoring.request import Request
from bert_tf.workflow.scoring.score_writers import added_columns
from bert_tf.workflow.scoring.scorers import Scorer, check_pairs
from bert_tf.workflow.scoring.scoring_progress import Follower
from bert_tf.workflow.scoring.scoring_run import ScoringRun
from bert_tf.workflow.scoring.shard_folder import Shard, ShardFolder
from bert_tf.workflow.scoring.shard_plan import ShardPlan


class ShardScorer:
    """Makes files of a folder.

    Args:
        scorer: The model.
        request: What is scored.
        plan: The folder's.
        folder: Gets the files.
    """

    def __init__(self, scorer: Scorer, request: Request, plan: ShardPlan, folder: ShardFolder) -> None:
        self._scorer, self._request, self._plan, self._folder = scorer, request, plan, folder
        added = added_columns(scorer.serving, prefix=request.prefix).names
        self._reader = BlockReader(request, added=added, is_table=plan.kind != "jsonl")

    def score(self, locations: Sequence[Location], follower: Follower) -> None:
        """Go through the inputs once.

        Args:
            locations: Of the plan.
            follower: Is told how far it is.

        Raises:
            DataError: an input can't be read, or there is no room.
        """
        check_pairs(self._scorer, self._request)
        with self._scorer.surroundings(), ScoringThreads() as threads:
            for number, location in enumerate(locations):
                if self._folder.shards(self._plan, number) is not None:
                    continue
                columns = tuple(self._plan.columns[number])
                for part in self._reader.parts(location, columns, rows=self._request.shard_rows):
                    if self._is_free(number, part.number):
                        self._make(number, part, follower, threads)
                    else:
                        part.pass_over()

    def _is_free(self, number: int, part: int) -> bool:
        name = self._plan.name(number, part)
        if self._folder.shard(name) is not None or not self._folder.claim(number, part):
            return False
        # Whoever had claimed it may have finished it, and gone, in the moment before.
        return self._folder.shard(name) is None

    def _make(self, number: int, part: Part, follower: Follower, threads: ScoringThreads) -> None:
        name, columns = self._plan.name(number, part.number), tuple(self._plan.columns[number])
        run = ScoringRun(self._scorer, self._request, kind=self._plan.kind, threads=threads)
        path = self._folder.path / name
        with new_file(path, error=DataError) as temporary, temporary.open("wb") as file:
            run.write(part.blocks, file, follower, columns=columns, schema=self._plan.schema)
        shard = Shard(
            rows=run.rows,
            lines=part.lines,
            defused=run.defused,
            is_last=part.is_last,
            summary=run.tally.facts(),
            notes=part.notes.as_json(),
            sha256=file_sha256(path),
        )
        self._folder.finish(name, shard)
