"""Files to the files of a folder as a Beam pipeline, which leaves the bytes that this machine would write."""

import hashlib
import json

from bert_tf.errors import RunError
from bert_tf.export.folders import handoff_folder
from bert_tf.pipelines.beam_runner import BeamRunner
from bert_tf.pipelines.exchange_folder import ExchangeFolder
from bert_tf.pipelines.part_scorer import DOCUMENTS, FILES, MODEL, PartScorer, jobs_of
from bert_tf.workflow.scoring.request import Request
from bert_tf.workflow.scoring.shard_folder import ShardFolder
from bert_tf.workflow.scoring.shard_plan import ShardPlan
from bert_tf.workflow.source import Source


class ScoringPipeline:
    """Makes what is missing in a folder: an `Elsewhere` of `score_folder`.

    Args:
        source: An exported model.
        request: What is scored; `workers` of it is how many read one input at a time.
        runner: Does it.

    Raises:
        RunError: the source is a run, whose encoder and data workers don't have.
    """

    def __init__(self, source: Source, request: Request, *, runner: BeamRunner) -> None:
        if source.kind == "run":
            raise RunError(
                "A pipeline scores with an exported model, and this is a run.",
                where=str(source.path),
                hint=f"use its export, or export it with `bert-tf export {source.path}`",
            )
        self._source, self._request, self._runner = source, request, runner

    def __call__(self, folder: ShardFolder, plan: ShardPlan) -> None:
        """Make the files; those that an earlier command's workers had made are taken over.

        Args:
            folder: Is held by this process.
            plan: The folder's.

        Raises:
            BertTfError: as of `BeamRunner.run` and `ShardScorer.score`.
        """
        asked = json.dumps(plan.asked, sort_keys=True)
        name = f"score-{hashlib.sha256(asked.encode()).hexdigest()[:32]}"
        exchange = self._runner.exchange(name, local=folder.pipeline)
        _take_over(exchange, folder)
        version = self._source.path
        model = exchange.folder(MODEL).folder(version.parent.name)
        model.folder(version.name).put_all(version)
        model.folder("handoff").folder(version.name).put_all(handoff_folder(version))
        work = PartScorer(exchange.uri, f"{version.parent.name}/{version.name}", self._request, plan)
        jobs = jobs_of(plan, stride=self._request.workers, done=folder.names())
        self._runner.run(work, jobs, exchange=exchange)
        _take_over(exchange, folder)
        exchange.clear()


def _take_over(exchange: ExchangeFolder, folder: ShardFolder) -> None:
    """Fetch the files that workers have made, and forget those that are not as they were written."""
    files, documents = exchange.folder(FILES), exchange.folder(DOCUMENTS)
    made = documents.names()
    for document in made:
        name = document.removesuffix(".json")
        files.fetch(name, folder.path / name)
        documents.fetch(document, folder.document(name))
    folder.keep_whole_ones()
    for document in made:
        if not folder.document(document.removesuffix(".json")).exists():
            documents.remove(document)
