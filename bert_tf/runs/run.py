"""A run on disk: where its files are, and reading and writing the small ones."""

import contextlib
import datetime
import hashlib
import pathlib
import shutil
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from bert_tf.atomic import new_file, new_folder, remove_folder
from bert_tf.documents import parse_toml
from bert_tf.errors import RunError
from bert_tf.integrity import check_files, file_sha256, read_document, write_document
from bert_tf.nearest_name import nearest_name
from bert_tf.processes import is_gone, this_process
from bert_tf.recipe.load_recipe import resolved_toml
from bert_tf.recipe.schema import Recipe
from bert_tf.runs.run_lock import is_held
from bert_tf.runs.run_metrics import MEASURED
from bert_tf.runs.run_name import own_folder, run_name
from bert_tf.runs.training_id import training_id

_RECIPE = "recipe.toml"
_FACTS = "run.json"
_METRICS = "metrics.json"
_ENCODER = "encoder"
_ENCODER_FILES = ("*.json", "*.txt", "*.model")
_INDEX_OF_SHARDS = ".index.json"  # which of many files has which weight
EXPORT = "export"
INTERRUPTED = ("stopped", "failed", "crashed")
# What binds metrics.json to its run, in both documents, and predictions to metrics.json.
_RUN_ID = "run_id"
_PREDICTIONS = "predictions_sha256"
_TABLES = {"data", "text", "model", "training"}  # of a resolved recipe
_ALWAYS_KNOWN = {"status": str, "started": str, "recipe_sha256": str, _RUN_ID: str}
_TRAIN_AGAIN = "the run is damaged or from an older bert_tf; train it again, or remove its folder"


class RunFolder:
    """An existing run: `runs/<recipe>/<id>/`. What is read of it is held against a hash; RunError where it differs.

    Attributes:
        path: The folder.
        checkpoints: `epoch-001` and so on; while it is trained, `step-…`, which training can go on from.
        tensorboard: Event files.
        export: Where the exported model goes unless another place is named.
    """

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        self.checkpoints = path / "checkpoints"
        self.tensorboard = path / "tensorboard"
        self.export = path / EXPORT

    @property
    def encoder(self) -> pathlib.Path:
        """Folder of the encoder's config and tokenizer files, without its weights, so that the run stands by itself.

        Raises:
            RunError: one of them is missing or not as it was when the run was trained.
        """
        folder, facts = self.path / _ENCODER, self.facts
        hint = f"{_TRAIN_AGAIN}; or copy {_ENCODER}/ from the machine that trained the run"
        with _told_as_unreadable(folder, hint=hint):
            check_files(folder, facts.get("encoder_files", {}))
        return folder

    @property
    def training_id(self) -> str:
        """Which training the run's checkpoints are of; see `training_id`."""
        return training_id(self.facts)

    def keep_encoder(self, folder: pathlib.Path) -> None:
        """Copy an encoder's config and tokenizer files into the run; raises RunError when the disk is full."""
        if (self.path / _ENCODER).exists():
            remove_folder(self.path / _ENCODER)
        with new_folder(self.path / _ENCODER, error=RunError) as temporary:
            for pattern in _ENCODER_FILES:
                for path in folder.glob(pattern):
                    if not path.name.endswith(_INDEX_OF_SHARDS):
                        shutil.copy(path, temporary)
            sums = {path.name: file_sha256(path) for path in sorted(temporary.iterdir())}
        self.add_facts(encoder_files=sums)

    @property
    def recipe_file(self) -> pathlib.Path:
        """The resolved recipe that the run was made from, held against its hash; `run_recipe` reads it."""
        self._recipe_content()
        return self.path / _RECIPE

    @property
    def recipe_toml(self) -> str:
        """The resolved recipe as it was written."""
        return self._recipe_content().decode()

    def _recipe_content(self) -> bytes:
        """Of the file, held against its hash."""
        expected = self.facts["recipe_sha256"]
        with _told_as_unreadable(self.path / _RECIPE):
            content = (self.path / _RECIPE).read_bytes()
            if hashlib.sha256(content).hexdigest() != expected:
                raise ValueError("its content has changed since it was written")
        return content

    @property
    def recipe_values(self) -> dict[str, Any]:
        """The resolved recipe as it was written, not held against what a recipe may say today.

        Raises:
            RunError: the file is missing or damaged.
        """
        content = self._recipe_content()
        with _told_as_unreadable(self.path / _RECIPE):
            values = parse_toml(content)
            if lacking := _TABLES - values.keys():
                raise ValueError(f"missing: {', '.join(sorted(lacking))}")
            return values

    @property
    def facts(self) -> dict[str, Any]:
        """What was written down while it ran: status, label names, encoder, data, versions, seconds.

        Raises:
            RunError: the file is missing or damaged.
        """
        with _told_as_unreadable(self.path / _FACTS):
            return read_document(self.path / _FACTS, _ALWAYS_KNOWN)

    @property
    def status(self) -> str:
        """`running`, `trained`, `stopped` by a signal, `failed` with an error, or `crashed`: its process is gone."""
        facts = self.facts
        if (status := str(facts.get("status"))) != "running":
            return status
        held = is_held(self.path)
        return "crashed" if (is_gone(facts.get("process")) if held is None else not held) else status

    @property
    def is_interrupted(self) -> bool:
        """Whether its training ended before it was done, and can be resumed."""
        return self.status in INTERRUPTED

    @property
    def is_there(self) -> bool:
        """Whether nobody removed it."""
        return (self.path / _FACTS).is_file()

    @property
    def is_measured(self) -> bool:
        """Whether the run has metrics."""
        return (self.path / _METRICS).is_file()

    @property
    def metrics(self) -> dict[str, Any]:
        """The metrics of each split.

        Raises:
            RunError: the run hasn't been evaluated, or the file is damaged or another run's.
        """
        document = self._measured()
        return {name: value for name, value in document.items() if name not in (_RUN_ID, _PREDICTIONS)}

    def _measured(self) -> dict[str, Any]:
        """All of metrics.json."""
        if not self.is_measured:
            raise RunError(
                "This run has no metrics yet.",
                where=str(self.path),
                hint=f"it is {self.status}; `bert-tf evaluate {self.path}` works once an epoch is done",
            )
        with _told_as_unreadable(self.path / _METRICS, hint=f"`bert-tf evaluate {self.path}` writes it again"):
            document = read_document(self.path / _METRICS, {_RUN_ID: str, _PREDICTIONS: dict})
            if document[_RUN_ID] != self.facts[_RUN_ID]:
                raise ValueError("it belongs to another run")
            return document

    def predictions(self, split: str) -> pathlib.Path:
        """Where the answers on a split's rows are, once it was measured."""
        return self.path / "predictions" / f"{split}.parquet"

    def measured_predictions(self, split: str) -> pathlib.Path:
        """The same, held against metrics.json: a file of another run or of an earlier evaluation is refused.

        Raises:
            RunError: there is no such split, the file is missing or another one than was measured; or as of `metrics`.
        """
        if split not in MEASURED:
            raise RunError(
                f"{split!r} is no split that predictions are kept of.",
                where=str(self.path),
                hint=f"name {' or '.join(MEASURED)}",
                kind="usage",
            )
        path, expected = self.predictions(split), self._measured()[_PREDICTIONS].get(split)
        if path.is_file() and file_sha256(path) != expected:
            raise RunError(
                f"This run's predictions can't be read: {path.name} is damaged, or from another run or evaluation.",
                where=str(path),
                hint=f"`bert-tf evaluate {self.path}` writes them again",
            )
        return path

    def add_facts(self, **facts: Any) -> None:
        """Write facts beside those that are there."""
        write_document(self.path / _FACTS, {**self.facts, **facts}, error=RunError)

    def write_metrics(self, metrics: Mapping[str, Any]) -> None:
        """Replace metrics.json, and bind it to this run and to the predictions that are there, which it measures."""
        measured = {split: file_sha256(path) for split in MEASURED if (path := self.predictions(split)).is_file()}
        binding = {_RUN_ID: self.facts[_RUN_ID], _PREDICTIONS: measured}
        write_document(self.path / _METRICS, {**metrics, **binding}, error=RunError)


def new_run(recipe: Recipe, runs_folder: pathlib.Path, *, folder: pathlib.Path | None = None) -> RunFolder:
    """Make the folder of a run that starts now; raises RunError when the disk is full.

    Args:
        recipe: Resolved.
        runs_folder: Gets `<recipe>/<id>/`.
        folder: Takes the place of that; another with a number behind it where it exists.
    """
    started, own = datetime.datetime.now().astimezone(), runs_folder / recipe.name
    run = RunFolder(own_folder(folder or own / run_name(own, started)))
    with new_file(run.path / _RECIPE, error=RunError) as temporary:
        temporary.write_text(resolved_toml(recipe), encoding="utf-8")
    facts = {
        _RUN_ID: uuid.uuid4().hex,
        "status": "running",
        "started": started.isoformat(timespec="seconds"),
        "process": this_process(),
        "recipe_sha256": file_sha256(run.path / _RECIPE),
    }
    write_document(run.path / _FACTS, facts, error=RunError)
    return run


def open_run(path: pathlib.Path) -> RunFolder:
    """The run in a folder.

    Raises:
        RunError: there is none, and names the nearest; or a part of it is missing.
    """
    missing = [name for name in (_RECIPE, _FACTS) if not (path / name).is_file()]
    if not missing:
        return RunFolder(path)
    if len(missing) == 1 and not _is_search(path):
        raise RunError(
            f"{path} is not a complete run: {missing[0]} is missing.",
            where=str(path),
            hint=_TRAIN_AGAIN,
        )
    folders = (path, path.parent, path.parent.parent)
    near = sorted(
        {str(file.parent) for folder in folders for depth in ("*", "*/*") for file in folder.glob(f"{depth}/{_FACTS}")}
    )
    nearest = nearest_name(str(path), near, cutoff=0)
    raise RunError(
        f"{path} is not a run." if path.exists() else f"There is no run {path}.",
        where=f"looked for {_RECIPE} and {_FACTS}",
        hint=f"did you mean {nearest}?" if nearest else "`bert-tf train RECIPE` creates runs, in runs/<recipe>/<id>",
    )


def newest_run(folder: pathlib.Path) -> RunFolder | None:
    """The newest of the runs in the folder of a recipe, such as `runs/imdb`; None in a run's own and any other."""
    if (folder / _RECIPE).exists() or (folder / _FACTS).exists():
        return None
    runs = [file.parent for file in folder.glob(f"*/{_FACTS}") if (file.parent / _RECIPE).is_file()]
    return RunFolder(max(runs, key=lambda run: run.name)) if runs else None


def find_runs(folder: pathlib.Path) -> list[RunFolder]:
    """The runs in a folder such as `runs/` or `runs/<recipe>/`, by name; damaged ones too. A run's own folder is it.

    A search holds a recipe as a run does, and is none: its trials are found in its own folder only.
    """
    names, is_search = (_RECIPE, _FACTS), _is_search(folder)
    if not is_search and any((folder / name).is_file() for name in names):
        return [RunFolder(folder)]
    depths = ("*", "*/*", *(["*/*/*"] if is_search else []))
    found = {file.parent for depth in depths for name in names for file in folder.glob(f"{depth}/{name}")}
    return [RunFolder(path) for path in sorted(found) if not _is_search(path)]


def _is_search(folder: pathlib.Path) -> bool:
    return (folder / "trials").is_dir() and not (folder / _FACTS).is_file()


@contextlib.contextmanager
def _told_as_unreadable(path: pathlib.Path, *, hint: str = _TRAIN_AGAIN) -> Iterator[None]:
    """Turn what is wrong with a file of a run, or a folder of files, into a sentence."""
    try:
        yield
    except (OSError, ValueError) as problem:
        reason = "it is missing" if isinstance(problem, FileNotFoundError) else str(problem)
        raise RunError(f"The run's {path.name} can't be read: {reason}.", where=str(path), hint=hint) from problem
