"""Where the parts of an exported model stand: `<name>/<version>/`, and beside it `<name>/handoff/<version>/`."""

import math
import pathlib
import re
from typing import Any

from bert_tf.documents import check_table, parse_json
from bert_tf.errors import MissingModelError, VerifyError

_IN_EACH = {
    "name": str, "version": int, "task": str, "signatures": dict, "tolerance": float, "signed": bool,
    "files": dict, "handoff_files": dict, "beside_files": dict, "golden_requests": dict,
}  # fmt: skip
_LARGEST_VERSION = 2**63 - 1  # TensorFlow Serving's numbers
_OF_A_RUN = "export/*/[0-9]*/saved_model.pb"


def find_version(folder: pathlib.Path) -> pathlib.Path:
    """The version folder that is meant: itself, the highest version of a model, or of the only model inside.

    Raises:
        MissingModelError: there is no exported model.
    """
    if (folder / "saved_model.pb").is_file():
        return folder
    versions = [path for path in folder.glob("*") if version_number(path.name) and (path / "saved_model.pb").is_file()]
    if versions:
        return max(versions, key=lambda path: int(path.name))
    models = [path for path in folder.glob("*") if any(path.glob("[0-9]*/saved_model.pb"))]
    if len(models) == 1:
        return find_version(models[0])
    named = f"it holds several models: {', '.join(sorted(path.name for path in models))}" if models else ""
    # Of a run, or of the newest in a folder of runs.
    of_runs = sorted(path.parents[1] for path in (*folder.glob(_OF_A_RUN), *folder.glob(f"*/{_OF_A_RUN}")))
    meant = (
        f"did you mean {of_runs[-1]}?" if of_runs else "use the folder that `bert-tf train` or `bert-tf export` printed"
    )
    raise MissingModelError(f"There is no exported model in {folder}.", where=str(folder), hint=named or meant)


def version_number(name: str) -> int | None:
    """The number of a version's folder; None for other names, also for those that are numbers in another form."""
    if not re.fullmatch(r"[1-9][0-9]{0,18}", name):
        return None
    return int(name) if int(name) <= _LARGEST_VERSION else None


def handoff_folder(version: pathlib.Path) -> pathlib.Path:
    """Where the files for the serving team stand that the server itself must not see."""
    return version.parent / "handoff" / version.name


def read_manifest(version: pathlib.Path) -> dict[str, Any]:
    """The manifest of a version; raises VerifyError when it is missing, unreadable or lacks what each has."""
    path = handoff_folder(version) / "manifest.json"
    try:
        # A pipe would never end.
        if path.exists() and not path.is_file():
            raise ValueError("it is not a file")
        return _checked(check_table(parse_json(path.read_bytes()), _IN_EACH))
    except (OSError, ValueError) as problem:
        raise VerifyError(
            f"The exported model's manifest is missing or unreadable: {_reason(problem)}.",
            where=str(path),
            hint="the folder <name>/handoff/<version> is part of the model; copy it too, or export again",
        ) from problem


def _checked(manifest: dict[str, Any]) -> dict[str, Any]:
    if not 0 <= manifest["tolerance"] < math.inf:
        raise ValueError("its tolerance is not a number of 0 or more")
    served = check_table(manifest["signatures"].get("serving_default"), {"inputs": dict, "outputs": dict})
    if not served["inputs"] or not all(isinstance(files, dict) for files in manifest["beside_files"].values()):
        raise ValueError("its signatures have no inputs, or its files no hashes")
    return manifest


def _reason(problem: Exception) -> str:
    return "it is missing" if isinstance(problem, FileNotFoundError) else str(problem)


def folder_bytes(folder: pathlib.Path) -> int:
    """Bytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
