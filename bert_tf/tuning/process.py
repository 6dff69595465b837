"""Runs a job in a process of its own, so that memory never grows from run to run and a crash is one run's."""

import dataclasses
import functools
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys

from bert_tf.errors import RunError, StoppedError
from bert_tf.permissions import private_folder
from bert_tf.quiet import TENSORFLOW_ENVIRONMENT
from bert_tf.runs.interruption import saved_step
from bert_tf.runs.run import open_run
from bert_tf.system_errors import system_errors_as
from bert_tf.told_errors import raised
from bert_tf.tuning.job import OUT_OF_MEMORY, STOPPED, Job, Outcome, read_outcome

_SECONDS_TO_STOP = 30
_COMMAND = (sys.executable, "-m", "bert_tf.tuning.trial_process")


def run_job(job: Job) -> Outcome:
    """Train in a process of its own; what it prints goes to a file beside the run's folder, `<folder>.log`.

    A run that is there whole, from the same job, is not trained again. One that was ended half-way goes on from where
    it was saved last, or is removed first.

    Raises:
        BertTfError: what is wrong with the recipe, the data or the machine, whatever the trial. KeyboardInterrupt when
            the user stops it, after the process has ended; StoppedError when somebody told that process alone.
    """
    folder = pathlib.Path(job.folder)
    found = read_outcome(folder)
    if found is not None and found.job == job.identity and found.error is None:
        return found
    if not _can_go_on(job, folder):
        shutil.rmtree(folder, ignore_errors=True)
    status = _run(job, folder.with_name(f"{folder.name}.log"))
    outcome = read_outcome(folder)
    if outcome is None and status == STOPPED:
        raise StoppedError("The run's process was asked to stop.", where=str(folder))
    if outcome is None:
        return Outcome(job.identity, "failed", _reason(status, folder))
    if outcome.error is not None:
        raise raised(outcome.error)
    return outcome


def _can_go_on(job: Job, folder: pathlib.Path) -> bool:
    """Whether a run of the same recipe was saved on its way."""
    try:
        run = open_run(folder)
        return saved_step(run) > 0 and run.is_interrupted and run.recipe_toml == job.recipe
    except RunError:
        return False


def _run(job: Job, log: pathlib.Path) -> int:
    """The exit status of the process; negative for a signal."""
    place, hint = str(log.parent), "free some disk space or memory"
    with system_errors_as(RunError, "A process for a run can't be started", where=place, hint=hint):
        private_folder(log.parent)
        with open(log, "wb", opener=functools.partial(os.open, mode=0o600)) as output:
            # A session of its own: Ctrl-C on the terminal reaches the process once, through its parent.
            process = subprocess.Popen(
                _COMMAND,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=_environment(job),
                start_new_session=True,
            )
    with process:
        try:
            _tell(process, job)
            return process.wait()
        except BaseException:
            _stop(process)
            raise


def _tell(process: subprocess.Popen[bytes], job: Job) -> None:
    try:
        if process.stdin:
            process.stdin.write(json.dumps(dataclasses.asdict(job)).encode() + b"\n")
            process.stdin.flush()
    except BrokenPipeError:
        # It ended before it read; its status tells.
        return


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Interrupt it as Ctrl-C does, so that it writes down that it was stopped; kill it if it doesn't end."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=_SECONDS_TO_STOP)
    finally:
        process.kill()


def _environment(job: Job) -> dict[str, str]:
    own = {"BERT_TF_CACHE": job.cache_folder, "PYTHONUNBUFFERED": "1"}
    return TENSORFLOW_ENVIRONMENT | os.environ | own


def _reason(status: int, folder: pathlib.Path) -> str:
    """Why a process left nothing."""
    log = folder.with_name(f"{folder.name}.log")
    if status == -signal.SIGKILL:
        return f"{OUT_OF_MEMORY}: the process was killed (SIGKILL), as happens when the system is out of memory"
    if status < 0:
        return f"crashed: the process ended by {signal.Signals(-status).name}; see {log.name}"
    lines = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return f"crashed: {lines[-1].strip() if lines else f'the process ended with status {status}'}; see {log.name}"
