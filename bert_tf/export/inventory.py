"""Whether an exported model holds the files that were written with a version, all of them, and no others."""

import pathlib
import re
from collections.abc import Mapping
from typing import Any

from bert_tf.errors import VerifyError
from bert_tf.export.beside import is_making_room
from bert_tf.export.checksums import NAME, check_folder, differences, file_sha256, folder_entries, read_sums
from bert_tf.export.folders import handoff_folder, read_manifest, version_number
from bert_tf.export.golden import OF_LISTS, read_golden
from bert_tf.export.manifest import listed_sums
from bert_tf.plurals import counted

_SIGNATURE = "model.sig"
# What `verify` writes, again and again.
_RESULTS = {"conformance.json", "latency.json"}
_FOLDERS = {"handoff", "hub", "serving"}
_LOCK = ".export.lock"
# What an export that is at work, or was killed, has under way: no server looks at it.
_UNDER_WAY = re.compile(r"\.\w+\.[0-9a-f]{8}")

_Manifests = dict[int, dict[str, Any]]


def check_files(version: pathlib.Path, manifest: Mapping[str, Any]) -> int:
    """Hold all of a version, its handoff and `hub/` against the manifest; returns the number of files.

    Raises:
        VerifyError: it is the manifest of another version; a file is missing, changed or added, or there is something
            else than files; names the first.
    """
    model_folder, handoff = version.parent, handoff_folder(version)
    number = manifest["version"]
    if version.name != str(number):
        raise VerifyError(
            f"The folder is named {version.name}, but its manifest is for version {number}.",
            where=str(handoff / "manifest.json"),
            hint="don't copy a version to another number; export the run again",
        )
    _check_names(model_folder)
    check_folder(version, manifest["files"])
    of_manifest = file_sha256(handoff / "manifest.json")
    expected = listed_sums(manifest, of_manifest)
    papers = {**manifest["handoff_files"], "manifest.json": of_manifest}
    # The list of hashes is compared below, and the signature has a proof of its own.
    unlisted = {NAME, *_RESULTS, *([_SIGNATURE] if manifest["signed"] else [])}
    check_folder(handoff, papers, but=unlisted)
    if read_sums(handoff / NAME) != expected:
        raise VerifyError(
            "The list of hashes has changed: it differs from the manifest.",
            where=str(handoff / NAME),
            hint="copy the model again, or export it again",
        )
    if manifest["signed"] and not (handoff / _SIGNATURE).is_file():
        raise VerifyError(
            "The model was signed, but its signature is missing.",
            where=str(handoff / _SIGNATURE),
            hint="copy the model again",
        )
    return len(expected) + 1 + _check_hub(model_folder, manifest)


def signed_files(manifest: Mapping[str, Any]) -> set[str]:
    """Paths in the model's folder of all files that a version's signature has to name."""
    handoff = f"handoff/{manifest['version']}"
    return {*listed_sums(manifest, ""), f"{handoff}/{NAME}"}


def hub_version(model_folder: pathlib.Path, manifest: Mapping[str, Any]) -> int | None:
    """The version that `hub/` is of, as far as this version's proof goes; None where there is none.

    The next export replaces `hub/`, so it may be of a later version; an earlier one's would have been put back.
    """
    manifests = _manifests(model_folder, manifest)
    for number in _with(manifests, "hub", manifest):
        if not differences(model_folder / "hub", manifests[number]["beside_files"]["hub"]):
            return number
    return None


def serving_differences(model_folder: pathlib.Path, manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What in `serving/` is not as the newest export wrote it, as of `differences`."""
    manifests = _manifests(model_folder, manifest)
    found: list[tuple[str, str]] = []
    for number in _with(manifests, "serving", manifest):
        try:
            found = differences(model_folder / "serving", manifests[number]["beside_files"]["serving"])
        except OSError as problem:
            return [(".", f"can't be read: {problem.strerror}")]
        if not found:
            return []
    return found


def read_counted_golden(handoff: pathlib.Path, manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The golden requests, as many as the manifest says; raises VerifyError for another number, and for none."""
    counts, requests = manifest["golden_requests"], read_golden(handoff / "golden" / "requests.jsonl")
    others = ("rest", "grpc", *(name for name in OF_LISTS if name in counts))
    read = {"requests": requests} | {name: read_golden(handoff / "golden" / f"{name}.jsonl") for name in others}
    for name, lines in read.items():
        path = str(handoff / "golden" / f"{name}.jsonl")
        if not lines:
            raise VerifyError("There are no golden requests: nothing to verify.", where=path, hint="export again")
        if len(lines) != counts.get(name):
            raise VerifyError(
                f"{counted(len(lines), 'golden request')} found, but the manifest says {counts.get(name)}.",
                where=path,
                hint="copy the model again, or export it again",
            )
    return requests


def _check_names(model_folder: pathlib.Path) -> None:
    """Only what an export writes stands in the model's folder: a server could take something else for a version."""
    places = [(model_folder, _FOLDERS), (model_folder / "handoff", set())]
    for folder, names in places:
        for entry in sorted(folder.iterdir()):
            is_folder = entry.is_dir() and not entry.is_symlink()
            known = entry.name in names or version_number(entry.name) is not None
            known = known or _UNDER_WAY.fullmatch(entry.name) is not None or is_making_room(entry.name)
            is_lock = folder == model_folder and entry.name == _LOCK and entry.is_file() and not entry.is_symlink()
            if not is_lock and not (known and is_folder):
                raise VerifyError(
                    "The exported model has an extra entry that was not written with it.",
                    where=str(entry),
                    hint="remove it, or keep it in another folder",
                )


def _check_hub(model_folder: pathlib.Path, manifest: Mapping[str, Any]) -> int:
    """Number of files of `hub/`; raises VerifyError where it isn't what this version wrote, or a later one."""
    hub = model_folder / "hub"
    manifests = _manifests(model_folder, manifest)
    owners = _with(manifests, "hub", manifest)
    if not owners:
        check_folder(hub, {})
        if hub.is_dir():
            raise VerifyError("This folder was not written by any version.", where=str(hub), hint="remove it")
        return 0
    owner = hub_version(model_folder, manifest)
    if owner is None:
        # What differs from its own version is told; there is something, since no version fits.
        check_folder(hub, manifests[owners[0]]["beside_files"]["hub"])
    return len(folder_entries(hub)[0])


def _with(manifests: _Manifests, folder: str, manifest: Mapping[str, Any]) -> list[int]:
    """Versions that wrote a folder: this one and later ones; others where this one didn't write it."""
    wrote = sorted(number for number, each in manifests.items() if folder in each["beside_files"])
    own = manifest["version"]
    return [number for number in wrote if number >= own] if own in wrote else wrote


def _manifests(model_folder: pathlib.Path, manifest: Mapping[str, Any]) -> _Manifests:
    """The manifest of each version whose papers stand in the folder and can be read, by number."""
    found: _Manifests = {manifest["version"]: dict(manifest)}
    for papers in model_folder.glob("handoff/*"):
        number = version_number(papers.name)
        if number is not None and number != manifest["version"]:
            try:
                found[number] = read_manifest(model_folder / papers.name)
            except VerifyError:
                continue  # it has a proof of its own
    return found
