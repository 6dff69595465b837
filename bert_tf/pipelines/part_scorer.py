"""A worker that scores parts of one input: the files that it makes go to the exchange folder."""

import dataclasses
import pathlib
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from bert_tf.errors import DataError
from bert_tf.pipelines.exchange_folder import ExchangeFolder
from bert_tf.quiet import quiet_start
from bert_tf.temporaries import scratch_folder
from bert_tf.workflow.scoring.blocks import Block
from bert_tf.workflow.scoring.request import Request, find_inputs
from bert_tf.workflow.scoring.scored_model import identity_of
from bert_tf.workflow.scoring.shard_folder import Shard, ShardFolder
from bert_tf.workflow.scoring.shard_plan import ShardPlan, asked_for
from bert_tf.workflow.source import Source

if TYPE_CHECKING:
    from bert_tf.workflow.scoring.scorers import Scorer

MODEL, FILES, DOCUMENTS = "model", "files", "documents"


@dataclasses.dataclass(frozen=True)
class ScoreJob:
    """Parts of one input: `place`, and from there every `stride`-th.

    Attributes:
        number: Of the input.
        place, stride: Of the parts.
        done: Names of files that are there already.
    """

    number: int
    place: int
    stride: int
    done: Collection[str]


class PartScorer:
    """Scores parts of inputs; the model that it loads for the first job stays, and isn't pickled.

    Args:
        uri: Of the exchange folder; `model/` in it has the exported model.
        version: Of the model's folder there: `name/1`.
        request: What is scored; its inputs are read where the worker is.
        plan: Of the folder that the files are for.
    """

    def __init__(self, uri: str, version: str, request: Request, plan: ShardPlan) -> None:
        self._uri, self._version, self._request, self._plan = uri, version, request, plan
        self._loaded: tuple[Scorer, str] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_loaded": None}

    def __call__(self, job: ScoreJob) -> None:
        """Make the files of one job.

        Raises:
            DataError: an input or the exchange folder can't be read, or an input is not what it was for the command.
            VerifyError: the model is not as it was exported.
        """
        from bert_tf.workflow.scoring.score_shards import ShardScorer

        exchange = ExchangeFolder(self._uri)
        if self._loaded is None:
            self._loaded = self._load(exchange)
        scorer, identity = self._loaded
        with scratch_folder() as folder:
            request = dataclasses.replace(self._request, out=f"{folder}/")
            locations = find_inputs(request)
            if asked_for(request, locations, model=identity) != self._plan.asked:
                raise DataError(
                    "A worker finds other inputs than this command, or another model.",
                    where=", ".join(request.inputs)[:200],
                    hint="put the inputs where this machine and all workers see them under the same names",
                )
            shards = _Shards(folder, job, self._plan, exchange)
            ShardScorer(scorer, request, self._plan, shards).score(locations, _Nobody())

    def _load(self, exchange: ExchangeFolder) -> "tuple[Scorer, str]":
        with quiet_start():
            from bert_tf.workflow.scoring.scorers import load_scorer
        with scratch_folder() as folder, exchange.folder(MODEL).fetched(folder / MODEL) as files:
            source = Source("model", files / self._version)
            return load_scorer(source, cache_folder=folder), identity_of(source)


class _Shards(ShardFolder):
    """The parts of one job, each handed over as soon as it is done."""

    def __init__(self, path: pathlib.Path, job: ScoreJob, plan: ShardPlan, exchange: ExchangeFolder) -> None:
        super().__init__(path)
        self._job, self._plan, self._exchange = job, plan, exchange

    def shards(self, plan: ShardPlan, number: int) -> list[Shard] | None:
        """None of the job's input; of others, which are no work of this one, none are wanted."""
        return None if number == self._job.number else []

    def claim(self, number: int, part: int) -> bool:
        """Whether the job has the part, and it isn't there yet."""
        is_own = part % self._job.stride == self._job.place
        return is_own and self._plan.name(number, part) not in self._job.done

    def finish(self, name: str, shard: Shard) -> None:
        """Hand a file over; what is known of it comes last, since it says that the file is there."""
        super().finish(name, shard)
        for path, folder in ((self.path / name, FILES), (self.document(name), DOCUMENTS)):
            self._exchange.folder(folder).put(path)
            path.unlink()


class _Nobody:
    """Is not told how far a worker is: a `Follower`."""

    def show(self, block: Block, share: float) -> None:
        """See `Follower`."""


def jobs_of(plan: ShardPlan, *, stride: int, done: Sequence[str]) -> list[ScoreJob]:
    """Of all inputs, with `stride` jobs for each."""
    return [ScoreJob(number, place, stride, done) for number in range(len(plan.stems)) for place in range(stride)]
