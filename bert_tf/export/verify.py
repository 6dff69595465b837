"""The proof that an exported model answers as the run did: golden requests, replayed in a clean process."""

import dataclasses
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
from typing import Any

import numpy as np

from bert_tf.errors import MissingModelError, VerifyError
from bert_tf.export.golden import read_golden

_REPLAY = pathlib.Path(__file__).with_name("replay.py")
_KEPT_ENVIRONMENT = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT")


@dataclasses.dataclass(frozen=True)
class Verification:
    """What was replayed.

    Attributes:
        model: Folder of the version.
        requests: Golden requests sent, to each loader, in batches and one by one.
        loaders: Names of the loaders that answered.
        largest_difference: Over all numbers of all answers.
        tolerance: What is allowed.
        seconds: Loading and answering, without the start of the process.
    """

    model: pathlib.Path
    requests: int
    loaders: tuple[str, ...]
    largest_difference: float
    tolerance: float
    seconds: float


def find_version(folder: pathlib.Path) -> pathlib.Path:
    """The version folder that is meant: itself, the highest version of a model, or of the only model inside.

    Raises:
        MissingModelError: there is no exported model.
    """
    if (folder / "saved_model.pb").is_file():
        return folder
    versions = [path for path in folder.glob("*") if path.name.isdigit() and (path / "saved_model.pb").is_file()]
    if versions:
        return max(versions, key=lambda path: int(path.name))
    models = [path for path in folder.glob("*") if any(path.glob("*/saved_model.pb"))]
    if len(models) == 1:
        return find_version(models[0])
    named = f"it holds several models: {', '.join(sorted(path.name for path in models))}" if models else ""
    raise MissingModelError(
        f"There is no exported model in {folder}.",
        where=str(folder),
        hint=named or "name the folder that `bert-tf train` or `bert-tf export` printed",
    )


def read_manifest(version: pathlib.Path) -> dict[str, Any]:
    """The manifest of a version; raises VerifyError when it is missing or unreadable."""
    path = handoff_folder(version) / "manifest.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise VerifyError(
            "The exported model has no readable manifest.",
            where=str(path),
            hint="the folder <name>/handoff/<version> belongs to the model; copy it along, or export again",
        ) from problem


def handoff_folder(version: pathlib.Path) -> pathlib.Path:
    """Where the files for the serving team stand that the server itself must not see."""
    return version.parent / "handoff" / version.name


def verify(folder: pathlib.Path) -> Verification:
    """Replay the golden requests of an exported model and compare every answer.

    Raises:
        VerifyError: no model, a model that can't be loaded by itself, or an answer that differs; names the first.
    """
    version = find_version(folder.resolve())
    manifest = read_manifest(version)
    _check_files(version, manifest)
    golden_path = handoff_folder(version) / "golden" / "requests.jsonl"
    replayed = _replay(version, golden_path)
    if replayed["imported"]:
        raise VerifyError(f"The clean process was not clean: it imported {', '.join(replayed['imported'])}.")
    golden = read_golden(golden_path)
    tolerance = float(manifest["tolerance"])
    largest = 0.0
    for loader, answers in replayed["answers"].items():
        # Each request was sent twice: in a batch, and by itself.
        for index, (line, answer) in enumerate(zip(golden * 2, answers, strict=True)):
            where = f"{loader}, request {index % len(golden)}"
            largest = max(largest, _compare(line, answer, tolerance=tolerance, where=where))
    return Verification(
        version, len(golden), tuple(replayed["answers"]), largest, tolerance, float(replayed["seconds"])
    )


def _check_files(version: pathlib.Path, manifest: dict[str, Any]) -> None:
    for name, expected in manifest["files"].items():
        path = version / name
        if not path.is_file():
            raise VerifyError("A file of the exported model is missing.", where=str(path), hint="copy it whole again")
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != expected:
                raise VerifyError(
                    "A file of the exported model is not the one that was written.",
                    where=str(path),
                    hint="copy the model again, or export it again",
                )


def _replay(version: pathlib.Path, golden: pathlib.Path) -> dict[str, Any]:
    environment = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    environment |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    with tempfile.TemporaryDirectory() as scratch:
        out = pathlib.Path(scratch) / "answers.json"
        command = [sys.executable, "-I", str(_REPLAY), str(version), str(golden), str(out)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=scratch)
        if done.returncode or not out.is_file():
            killed = [f"it was ended by signal {-done.returncode}"] if done.returncode < 0 else ["it said nothing"]
            last = (done.stderr.strip().splitlines() or killed)[-1] if done.returncode > 0 else killed[0]
            raise VerifyError(
                "The exported model can't be loaded and run by itself.",
                where=str(version),
                hint=f"a clean process with tensorflow and tensorflow_text said: {last[:500]}",
            )
        return json.loads(out.read_text(encoding="utf-8"))


def _compare(line: dict[str, Any], answer: dict[str, Any], *, tolerance: float, where: str) -> float:
    """Largest difference of the numbers in an answer; raises VerifyError when one is too large or a text differs."""
    expected = line["answer"]
    if set(expected) != set(answer):
        raise VerifyError(
            f"The model answers {sorted(answer)}, and was made to answer {sorted(expected)}.", where=where
        )
    largest = 0.0
    for name, value in expected.items():
        if isinstance(value, str):
            if value != answer[name]:
                raise _differs(line, name, value, answer[name], where)
            continue
        difference = float(np.max(np.abs(np.subtract(value, answer[name]))))
        if not difference <= tolerance:
            raise _differs(line, name, value, answer[name], where)
        largest = max(largest, difference)
    return largest


def _differs(line: dict[str, Any], name: str, expected: Any, found: Any, where: str) -> VerifyError:
    request = json.dumps(line["request"])[:200]
    return VerifyError(
        f"The exported model answers {name} {found}, the run answered {expected}.",
        where=f"{where}: {request}",
        hint="don't serve this model; export the run again, and compare the versions of TensorFlow in the manifest",
    )
