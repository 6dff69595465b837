"""Writing an exported model: a numbered version that is there whole or not at all."""

import hashlib
import json
import pathlib
import shutil
from collections.abc import Iterable, Mapping
from typing import Any

import tensorflow as tf

from bert_tf.atomic import new_folder
from bert_tf.errors import ExportError
from bert_tf.export.golden import write_golden
from bert_tf.export.signatures import ServingModule, describe


def write_export(
    module: ServingModule,
    *,
    model_folder: pathlib.Path,
    manifest: Mapping[str, Any],
    golden: Iterable[dict[str, Any]],
) -> pathlib.Path:
    """Write the next version of a model: `<version>/` for the server, `handoff/<version>/` for people.

    What stands in `handoff` is written first and the version moves in last by one rename, so a server that watches the
    folder sees a whole version or none.

    Args:
        module: What is served.
        model_folder: `<name>/`; versions count up from 1.
        manifest: Facts beside those added here: version, signatures and the hash of each file.
        golden: Lines of `golden_lines`.

    Returns:
        The version's folder.

    Raises:
        ExportError: the disk is full or can't be written.
    """
    version = model_folder / str(next_version(model_folder))
    handoff = model_folder / "handoff" / version.name
    papers_stand = False
    try:
        with new_folder(version, error=ExportError) as temporary:
            signatures = module.signatures()
            tf.saved_model.save(module, str(temporary), signatures=signatures)
            with new_folder(handoff, error=ExportError) as papers:
                write_golden(papers / "golden" / "requests.jsonl", iter(golden))
                facts = {
                    **manifest,
                    "version": int(version.name),
                    "signatures": describe(signatures),
                    "files": _hashes(temporary),
                }
                text = json.dumps(facts, indent=2, ensure_ascii=False) + "\n"
                (papers / "manifest.json").write_text(text, encoding="utf-8")
            papers_stand = True
    except BaseException:
        if papers_stand:
            shutil.rmtree(handoff, ignore_errors=True)
        raise
    return version


def next_version(model_folder: pathlib.Path) -> int:
    """One more than the highest version there is, or that was begun and never stood, from 1."""
    begun = [*model_folder.glob("*"), *model_folder.glob("handoff/*")]
    versions = [int(path.name) for path in begun if path.name.isdigit()]
    return max(versions, default=0) + 1


def _hashes(folder: pathlib.Path) -> dict[str, str]:
    """Hex SHA-256 of every file, by its path in the folder."""
    hashes = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                hashes[path.relative_to(folder).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return hashes
