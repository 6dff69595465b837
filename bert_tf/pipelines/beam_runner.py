"""Work as an Apache Beam pipeline, on the runner that the user names; nothing else here knows Beam."""

import dataclasses
import json
import pathlib
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any, TypeVar

from bert_tf.errors import BertTfError, MachineError
from bert_tf.permissions import private_folder
from bert_tf.pipelines.exchange_folder import ExchangeFolder
from bert_tf.system_errors import system_errors_as
from bert_tf.temporaries import scratch_folder
from bert_tf.told_errors import raised, told

LOCAL = "DirectRunner"
_FOLDER = "temp_location"  # as Beam names it
_ERROR = "error.json"
Job = TypeVar("Job")


@dataclasses.dataclass(frozen=True)
class BeamRunner:
    """A runner, and what it is told.

    Attributes:
        name: As of Beam's own option `--runner`, such as DirectRunner, DataflowRunner, FlinkRunner and SparkRunner.
        options: Of Beam and of the runner, `key=value` or, of a switch, `key`.

    Raises:
        MachineError: apache-beam is not installed, or another runner than DirectRunner has no `temp_location`.
    """

    name: str
    options: Sequence[str] = ()

    def __post_init__(self) -> None:
        _library()
        if self.name != LOCAL and self._temp_location is None:
            raise MachineError(
                f"{self.name} needs a folder that this command and the runner's workers both reach.",
                where="--runner-option",
                hint=f"--runner-option {_FOLDER}=gs://bucket/folder; s3, abfs, hdfs or a path on a shared disk will do",
            )

    def exchange(self, name: str, *, local: pathlib.Path) -> ExchangeFolder:
        """Where files go from this command to the workers and back.

        Args:
            name: Of the folder, in `temp_location`.
            local: In place of that, where DirectRunner has none.
        """
        if self._temp_location is not None:
            return ExchangeFolder(self._temp_location).folder(f"bert_tf/{name}")
        hint = f"choose a writable folder, or set --runner-option {_FOLDER}"
        with system_errors_as(MachineError, "The pipeline's folder can't be written", where=str(local), hint=hint):
            private_folder(local)
        return ExchangeFolder(str(local))

    def run(self, work: Callable[[Job], None], jobs: Sequence[Job], *, exchange: ExchangeFolder) -> None:
        """Have the workers do all jobs; an exception in one is tried again as often as the runner does.

        Args:
            work: Pickled, as jobs are.
            jobs: At least one.
            exchange: Gets the error of a worker.

        Raises:
            BertTfError: what a worker told. MachineError: the pipeline failed.
        """
        beam = _library()
        exchange.remove(_ERROR)
        flags = [f"--runner={self.name}", *(f"--{option}" for option in self.options)]
        try:
            pipeline = beam.Pipeline(options=beam.options.pipeline_options.PipelineOptions(flags))
            _ = (
                pipeline
                | "jobs" >> beam.Create(list(jobs))
                | "spread" >> beam.Reshuffle()
                | "work" >> beam.Map(Told(work, exchange.uri))
            )
            pipeline.run().wait_until_finish()
        except (Exception, SystemExit) as problem:  # Beam ends the process where it can't read its options
            _raise_told(exchange)
            raise _failed(self.name, problem) from problem
        _raise_told(exchange)

    @property
    def _temp_location(self) -> str | None:
        given = (option.partition("=") for option in self.options)
        return next((value for key, _, value in given if key == _FOLDER and value), None)


class Told:
    """Does a job at a worker; an error that is a sentence goes to the command, which raises it.

    Args:
        work: Does the job.
        uri: Of the folder that gets the error.
    """

    def __init__(self, work: Callable[[Any], None], uri: str) -> None:
        self._work, self._uri = work, uri

    def __call__(self, job: Any) -> None:
        """Do a job. Trying again would mend nothing, and so nothing is raised where the error could be told."""
        try:
            self._work(job)
        except BertTfError as error:
            with scratch_folder() as folder:
                file = folder / _ERROR
                file.write_text(json.dumps(told(error)), encoding="utf-8")
                ExchangeFolder(self._uri).put(file)


def _raise_told(exchange: ExchangeFolder) -> None:
    if _ERROR not in exchange.names():
        return
    with scratch_folder() as folder:
        file = folder / _ERROR
        exchange.fetch(_ERROR, file)
        exchange.remove(_ERROR)
        raise raised(json.loads(file.read_text(encoding="utf-8")))


def _failed(runner: str, problem: BaseException) -> MachineError:
    lines = [line for line in str(problem).splitlines() if line.strip()]
    if isinstance(problem, SystemExit):
        lines = ["its options can't be read"]
    reason = lines[-1].strip().rstrip(".") if lines else type(problem).__name__
    return MachineError(
        f"The pipeline failed on {runner}: {reason}.",
        where="--runner",
        hint="mend what it says; the same command goes on with what is left to do",
    )


def _library() -> ModuleType:
    try:
        import apache_beam
        import apache_beam.options.pipeline_options
    except ImportError as problem:
        raise MachineError(
            "--runner needs the package apache-beam, which is not installed.",
            hint="pip install 'bert_tf[beam]'; it needs an older pyarrow than constraints.txt has, so make an "
            "environment of its own: docs/how-to/pipelines.md",
        ) from problem
    return apache_beam
