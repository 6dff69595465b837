"""TensorBoard over all runs, under names that a person understands."""

import contextlib
import datetime
import io
import json
import pathlib
import threading
import time
import urllib.request
from collections.abc import Iterator

from bert_tf.errors import RunError
from bert_tf.runs.run import RunFolder, find_runs
from bert_tf.runs.run_metrics import measured_split
from bert_tf.tasks.table import task_of_values
from bert_tf.temporaries import scratch_folder

_SECONDS = 5  # between two looks for new runs
_TRIES, _BETWEEN_TRIES = 20, 0.25
# Of each tag; TensorBoard's own 10 images leave out epochs.
_SAMPLES = "images=100,pr_curves=100,text=100,scalars=5000"


@contextlib.contextmanager
def linked_runs(runs_folder: pathlib.Path) -> Iterator[pathlib.Path]:
    """A folder for TensorBoard, which names a run by its path: a link to each run, by a name for people.

    Args:
        runs_folder: Holds `<recipe>/<id>/`. Runs that join them get their link within seconds.

    Raises:
        RunError: there is no run.
    """
    with scratch_folder() as temporary:
        links = _Links(runs_folder, temporary)
        if not links.refresh():
            raise RunError(
                f"There are no runs in {runs_folder}.",
                where=str(runs_folder.resolve()),
                hint="`bert-tf train bbc-news` creates one; --runs sets another folder",
            )
        ended = threading.Event()
        looking = threading.Thread(target=links.keep_fresh, args=[ended], name="links")
        looking.start()
        try:
            yield links.folder
        finally:
            ended.set()
            looking.join()


class _Links:
    """A link to the event files of each run. A name stays as it is while TensorBoard shows it."""

    def __init__(self, runs_folder: pathlib.Path, folder: pathlib.Path) -> None:
        self.folder = folder
        self._runs_folder = runs_folder
        self._linked: set[pathlib.Path] = set()

    def refresh(self) -> int:
        """Link runs that are not linked yet; returns the number of all."""
        for run in find_runs(self._runs_folder):
            if run.path not in self._linked and run.tensorboard.is_dir():
                link = self.folder / run_title(run)
                if link.is_symlink():
                    # Runs of one minute differ in their folder's name.
                    link = self.folder / f"{link.name} ({run.path.name})"
                link.symlink_to(run.tensorboard.resolve(), target_is_directory=True)
                self._linked.add(run.path)
        self._link_search()
        return len(self._linked)

    def _link_search(self) -> None:
        """A search has HParams of its own."""
        rows, link = self._runs_folder / "tensorboard", self.folder / "search"
        if rows.is_dir() and self._runs_folder not in self._linked and not link.is_symlink():
            link.symlink_to(rows.resolve(), target_is_directory=True)

    def keep_fresh(self, ended: threading.Event) -> None:
        """Refresh every few seconds until the event is set."""
        while not ended.wait(_SECONDS):
            self.refresh()


def run_title(run: RunFolder) -> str:
    """Recipe, start and score of a run, or what became of it: `imdb 2026-01-31 12:00 test macro F1 0.9000`."""
    path = run.path.resolve()
    recipe = f"trial {path.name}" if path.parent.name == "trials" else path.parent.name
    try:
        started = datetime.datetime.fromisoformat(run.facts["started"])
        title = f"{recipe} {started:%Y-%m-%d %H:%M}"
        measured = run.metrics if run.is_measured else {}
        split = measured_split(measured)
        if split is None:
            return f"{title} {run.status}"
        measure = task_of_values(run.recipe_values).followed[0]
        return f"{title} {split} {measure.name} {measure.text(measured[split][measure.key])}"
    except (RunError, LookupError, TypeError, ValueError):
        return f"{recipe} {run.path.name} damaged"


def serve(folder: pathlib.Path, *, port: int) -> str:
    """Start TensorBoard in threads of this process, for this machine only; returns its address.

    Args:
        folder: Of event files.
        port: 0 takes a free one.

    Raises:
        RunError: the port is taken, or can't be had.
    """
    from tensorboard import program

    server = program.TensorBoard()
    flags = {"--logdir": str(folder), "--host": "localhost", "--port": str(port), "--samples_per_plugin": _SAMPLES}
    server.configure(["tensorboard", *(part for flag in flags.items() for part in flag)])
    try:
        # It writes a note there on how it reads files.
        with contextlib.redirect_stderr(io.StringIO()):
            address = server.launch()
    except program.TensorBoardPortInUseError as problem:
        raise RunError(
            f"Port {port} is already in use.",
            hint=f"use another, `--port {port + 1}`, or any free one: `--port 0`",
            kind="machine",
        ) from problem
    except program.TensorBoardServerException as problem:
        raise RunError(
            f"Port {port} can't be used: {problem.msg}",
            hint="use any free one: `--port 0`",
            kind="machine",
        ) from problem
    if list(folder.glob("*/projector_config.pbtxt")):
        _await_projector(address)
    return address


def _await_projector(address: str) -> None:
    """Ask until TensorBoard knows that there are embeddings: a page that is opened before has no tab for them."""
    # A proxy of the environment knows nothing of this machine's ports.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(_TRIES):
        with direct.open(f"{address}data/plugins_listing") as answer:
            if json.load(answer)["projector"]["enabled"]:
                return
        time.sleep(_BETWEEN_TRIES)
