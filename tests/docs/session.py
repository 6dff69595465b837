"""A reader who follows a document: one folder, in which its blocks run one after the other as they are written."""

import contextlib
import io
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import time
import tomllib
import unittest.mock
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any

import tomli_w
from blocks import Block
from click.testing import CliRunner

from bert_tf.cli.main import cli
from bert_tf.tasks.recipes import load_recipe

_SHELL = ("bash", "sh", "")
_BIN = pathlib.Path(sys.executable).parent
# What serves until it is stopped.
_SERVERS = re.compile(r"^(bert-tf (play|tensorboard)|make tensorboard)\b")
# What a line needs a shell for.
_OF_SHELL = frozenset("|&;<>$`*?~\\()")
_SMALLEST = 'task = "classify"\n[data]\nsource = "files"\n'
_SECONDS = 900
# What a test has no time for: compiling, many epochs, many answers to compare, and TF-Hub modules.
QUICK: Mapping[str, Mapping[str, object]] = {
    "model": {"kernels": "reference"},
    "training": {"epochs": 1},
    "export": {"golden_requests": 4, "hub": False},
}


class Session:
    """Runs blocks as a reader would.

    Args:
        folder: Where the reader is.
        environment: Beside that of the tests, such as the cache's place.
        quick: Laid over each recipe that the reader makes; its data and all else stay.
        here: Whether `bert-tf` and Python run in this process where they need no shell: where neither their start nor
            their imports are the subject.
        popen: What begins a server of `bert-tf`.
    """

    def __init__(
        self,
        folder: pathlib.Path,
        environment: Mapping[str, str],
        *,
        quick: Mapping[str, Mapping[str, object]] = QUICK,
        here: bool = False,
        popen: "type[subprocess.Popen[bytes]]" = subprocess.Popen,
    ) -> None:
        self.folder, self._quick, self._here, self._popen = folder, quick, here, popen
        given = {**os.environ, "COLUMNS": "120", **environment}
        self._environment = {**given, "PATH": f"{_BIN}{os.pathsep}{given['PATH']}"}

    def run(self, block: Block) -> str:
        """Run a shell or Python block, or load a recipe; returns what it printed.

        Raises:
            AssertionError: it failed where the document doesn't show an error, or the other way round.
        """
        if block.language == "toml":
            load_part(block.text, folder=self.folder)
            return ""
        if block.language in _SHELL and _SERVERS.match(block.text):
            return self._serve(block)
        if block.language not in (*_SHELL, "python"):
            raise AssertionError(f"{block}: the tests can't run {block.language!r}")
        commands = commands_of(block) if self._here else None
        status, printed = self._start(block) if commands is None else self._run_here(commands)
        fails = block.output is not None and block.output.lstrip().startswith(("Error", "Usage"))
        assert (status != 0) == fails, f"{block}: status {status}\n{printed}"
        if "bert-tf new " in block.text:
            for recipe in self.folder.glob("recipes/*.toml"):
                self._make_quick(recipe)
        return printed

    def _start(self, block: Block) -> tuple[int, str]:
        """Run a block in a process of its own; its status, and what it printed."""
        command = ["bash", "-eo", "pipefail", "-c", block.text]
        if block.language == "python":
            command = [str(_BIN / "python"), "-c", block.text]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    def _run_here(self, commands: Sequence[Sequence[str] | str]) -> tuple[int, str]:
        """Run commands and programs in this process, until one fails."""
        printed = io.StringIO()
        # What a command sets for its own process is gone afterwards.
        with contextlib.chdir(self.folder), unittest.mock.patch.dict(os.environ, self._environment):
            for command in commands:
                if isinstance(command, str):
                    with contextlib.redirect_stdout(printed):
                        exec(command, {"__name__": "__main__"})
                    continue
                done = CliRunner().invoke(cli, command, prog_name="bert-tf")
                printed.write(done.output)
                if done.exit_code:
                    return done.exit_code, printed.getvalue()
        return 0, printed.getvalue()

    def _make_quick(self, recipe: pathlib.Path) -> None:
        """Have a recipe that the reader just made train in a test's time."""
        recipe.write_text(laid_over(tomllib.loads(recipe.read_text()), self._quick))

    def _serve(self, block: Block) -> str:
        """Start a server, see that its page answers, and stop it as Ctrl-C does: it and all that it started."""
        # Any port that is free: another test may have the usual one.
        line, log = block.text.partition("#")[0].strip(), self.folder / ".server.log"
        command = [str(_BIN / "bert-tf"), *shlex.split(line)[1:], "--port", "0"]
        if line.startswith("make "):
            command = ["bash", "-c", f"exec {line} PORT=0"]
        with log.open("w+") as output:
            server = self._popen(
                command,
                cwd=self.folder,
                env=self._environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                with urllib.request.urlopen(_address(server, log, block), timeout=_SECONDS) as answer:
                    assert answer.status == 200
                os.killpg(server.pid, signal.SIGINT)
                server.wait(timeout=_SECONDS)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(server.pid, signal.SIGKILL)
        return log.read_text()


def commands_of(block: Block) -> list[list[str] | str] | None:
    """A program, or the words of each line after `bert-tf`; None where a shell is needed."""
    if block.language == "python":
        return [block.text]
    lines = [shlex.split(line, comments=True) for line in block.text.replace("\\\n", " ").splitlines()]
    needs_shell = any(_OF_SHELL.intersection("".join(words)) or words[0] != "bert-tf" for words in lines if words)
    return None if needs_shell else [words[1:] for words in lines if words]


def laid_over(recipe: Mapping[str, Any], tables: Mapping[str, Mapping[str, object]]) -> str:
    """A recipe with these keys in the place of its own, as TOML."""
    return tomli_w.dumps({**recipe, **{table: {**recipe.get(table, {}), **keys} for table, keys in tables.items()}})


def load_part(text: str, *, folder: pathlib.Path) -> None:
    """Check a recipe, or a part of one laid over the smallest recipe; raises RecipeError."""
    path = folder / "part.toml"
    values = tomllib.loads(text)
    path.write_text(text if "task" in values else _SMALLEST)
    overrides = {} if "task" in values else _leaves(values)
    load_recipe(str(path), overrides)


def _leaves(values: Mapping[str, object]) -> dict[str, object]:
    return {
        f"{table}.{key}": value
        for table, keys in values.items()
        if isinstance(keys, dict)
        for key, value in keys.items()
    }


def _address(server: subprocess.Popen[bytes], log: pathlib.Path, block: Block) -> str:
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        if found := re.search(r"http://[\w.:\[\]]+/?", log.read_text()):
            return found[0]
        if server.poll() is not None:
            break
        time.sleep(0.1)
    raise AssertionError(f"{block}: no address\n{log.read_text()}")
