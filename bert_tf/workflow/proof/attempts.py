"""Training in processes that begin soon and can be killed."""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
from typing import Self

from bert_tf.errors import TrainingError
from bert_tf.quiet import TENSORFLOW_ENVIRONMENT
from bert_tf.recipe.load_recipe import resolved_toml
from bert_tf.recipe.schema import Recipe
from bert_tf.workflow.proof import attempt_process

_SHOWN_LINES = 20  # of a failed process's log


class Attempt:
    """A process that trains."""

    def __init__(self, server: "subprocess.Popen[str]", log: pathlib.Path) -> None:
        self._server, self._log = server, log
        self._number = int(_line(server))

    @property
    def has_ended(self) -> bool:
        """Whether it has, by itself; `wait` comes next."""
        try:
            state = pathlib.Path(f"/proc/{self._number}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        return state == "Z"

    def kill(self) -> bool:
        """End it in the middle of whatever it does; False where it came to its end just before. Raises as `wait`."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._number, signal.SIGKILL)
        status = int(_line(self._server))
        if status != -signal.SIGKILL:
            self._check(status)
        return status == -signal.SIGKILL

    def wait(self) -> None:
        """Wait for its end; raises TrainingError when that is no good one."""
        self._check(int(_line(self._server)))

    def _check(self, status: int) -> None:
        if status:
            # The log is in a scratch folder, which is gone before anybody could look into it.
            shown = self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-_SHOWN_LINES:]
            raise TrainingError("\n".join([f"A training process ended with status {status}:", *shown]))


class Attempts:
    """The process that has imported everything; see `attempt_process.py`."""

    def __init__(self, cache_folder: pathlib.Path) -> None:
        self._cache_folder = cache_folder

    def __enter__(self) -> Self:
        self._server = subprocess.Popen(
            [sys.executable, "-m", attempt_process.__name__, str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=TENSORFLOW_ENVIRONMENT | os.environ | {"BERT_TF_CACHE": str(self._cache_folder)},
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._server.kill()
        self._server.communicate()

    def start(self, recipe: Recipe, folder: pathlib.Path) -> Attempt:
        """Begin or go on with the one run in a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        log = folder / "log.txt"
        job = {
            "recipe": resolved_toml(recipe),
            "runs_folder": str(folder),
            "cache_folder": str(self._cache_folder),
            "log": str(log),
        }
        if self._server.stdin:
            self._server.stdin.write(json.dumps(job) + "\n")
            self._server.stdin.flush()
        return Attempt(self._server, log)


def _line(server: "subprocess.Popen[str]") -> str:
    line = server.stdout.readline() if server.stdout else ""
    if not line:
        raise TrainingError("The process that starts the training processes is gone.", hint="see what it printed")
    return line
