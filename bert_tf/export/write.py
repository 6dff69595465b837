"""Writing an exported model: a numbered version that is there whole or not at all."""

import contextlib
import json
import pathlib
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import filelock

from bert_tf.atomic import new_folder
from bert_tf.errors import ExportError
from bert_tf.export import checksums
from bert_tf.export.folders import folder_bytes
from bert_tf.export.golden import write_golden
from bert_tf.export.golden_requests import grpc_lines, rest_lines
from bert_tf.export.graph_operations import check_target, saved_operations
from bert_tf.export.manifest import serving_facts
from bert_tf.export.serving_releases import DEFAULT_TARGET, release_table
from bert_tf.export.signatures import ServingModule, describe, save

# Writes files of its own into a folder.
Writer = Callable[[pathlib.Path], None]
# The same, given what the manifest says.
FactsWriter = Callable[[pathlib.Path, Mapping[str, Any]], None]
# The name of a document of the handoff and its text, of what the manifest says.
Documents = Callable[[Mapping[str, Any]], Mapping[str, str]]

_LOCK = ".export.lock"
_HIDDEN = re.compile(r"\.(?P<name>\w+)\.[0-9a-f]{8}")
# Behind the name of a folder that makes room for the next.
_OLD = ".00000000"


def write_export(
    module: ServingModule,
    *,
    model_folder: pathlib.Path,
    manifest: Mapping[str, Any],
    golden: Iterable[dict[str, Any]],
    target: str = DEFAULT_TARGET,
    documents: Documents | None = None,
    extend: Iterable[Writer] = (),
    beside: Mapping[str, FactsWriter] | None = None,
    sign: Callable[[pathlib.Path, str, pathlib.Path], None] | None = None,
    measure: Callable[[pathlib.Path], Mapping[str, Any]] | None = None,
) -> pathlib.Path:
    """Write the next version of a model: `<version>/` for the server, `handoff/<version>/` for people.

    What stands beside the version is written first and the version moves in last by one rename, so a server that
    watches the folder sees a whole version or none. TensorFlow Serving takes every name that is a number for a version,
    so what is half done has names that begin with a dot; what a killed export left is removed by the next one.

    Args:
        module: What is served.
        model_folder: `<name>/`; versions count up from 1.
        manifest: Facts beside those added here: version, signatures, operations, the hash of each file and their size.
        golden: Lines of `golden_lines`.
        target: The release of TensorFlow Serving that shall load it, one that `release_table()` knows.
        documents: Texts for the handoff, by file name.
        extend: What else is written into the version's folder, such as `assets.extra`.
        beside: What is written into folders beside the version, by their names, such as `hub`, of what the manifest
            says; each gets a list of its hashes, and replaces the one of the version before.
        sign: Signs a folder under a name into a file.
        measure: More facts for the manifest, of the version as it was written.

    Returns:
        The version's folder.

    Raises:
        ExportError: the target lacks an operation, the disk is full or can't be written.
    """
    with _only_export(model_folder):
        remove_leftovers(model_folder)
        version = model_folder / str(next_version(model_folder))
        with _papers_of(version) as write_papers, new_folder(version, error=ExportError, private=False) as temporary:
            signatures = save(module, temporary)
            for write in extend:
                write(temporary)
            added = {
                "version": int(version.name),
                "signatures": describe(signatures),
                **_facts(temporary, target=target),
            }
            facts = {**manifest, **added, **(measure(temporary) if measure else {})}
            lines = list(golden)
            with write_papers() as papers:
                _write_papers(papers, facts, lines, documents(facts) if documents else {})
                if sign is not None:
                    sign(temporary, version.name, papers / "model.sig")
                sums = _under(version.name, facts["files"]) | _under(
                    f"handoff/{version.name}", checksums.folder_sha256(papers)
                )
                (papers / checksums.NAME).write_text(checksums.sums_text(sums), encoding="utf-8")
            for name, write_beside in (beside or {}).items():
                _replace(model_folder / name, write_beside, facts)
    return version


def _facts(version: pathlib.Path, *, target: str) -> dict[str, Any]:
    """What the manifest says of a version's files; raises ExportError when the target lacks an operation."""
    operations = saved_operations(version)
    check_target(operations, release_table(), target=target)
    return {
        "serving": serving_facts(operations, target=target),
        "files": checksums.folder_sha256(version),
        "size_bytes": folder_bytes(version),
    }


def next_version(model_folder: pathlib.Path) -> int:
    """One more than the highest version there is, or that has papers, from 1."""
    begun = [*model_folder.glob("*"), *model_folder.glob("handoff/*")]
    versions = [int(path.name) for path in begun if path.name.isdigit()]
    return max(versions, default=0) + 1


def remove_leftovers(model_folder: pathlib.Path) -> None:
    """Remove what exports left that were killed; none may be at work in the folder."""
    for hidden in (*model_folder.glob(".*"), *model_folder.glob("handoff/.*")):
        found = _HIDDEN.fullmatch(hidden.name)
        if found is None or not hidden.is_dir():
            continue
        # Killed between the two last renames: papers that stand for a version that never did.
        if found["name"].isdigit() and not (model_folder / found["name"]).exists():
            shutil.rmtree(model_folder / "handoff" / found["name"], ignore_errors=True)
        # Killed when it had made room and nothing stood there yet.
        elif hidden.name.endswith(_OLD) and not (hidden.parent / found["name"]).exists():
            hidden.rename(hidden.parent / found["name"])
        shutil.rmtree(hidden, ignore_errors=True)


@contextlib.contextmanager
def _only_export(model_folder: pathlib.Path) -> Iterator[None]:
    """Wait until no other export writes into the folder. The lock ends with its process, however that ends."""
    try:
        model_folder.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(model_folder / _LOCK)
        lock.acquire()
    except OSError as problem:
        raise ExportError(
            f"Nothing can be exported here: {(problem.strerror or str(problem)).lower()}.",
            where=str(model_folder),
            hint="name a folder that can be written: --to",
            kind="machine",
        ) from problem
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def _papers_of(version: pathlib.Path) -> Iterator[Callable[[], contextlib.AbstractContextManager[pathlib.Path]]]:
    """Yield what makes the papers' folder; the papers go again when the version that they are of doesn't stand."""
    handoff = version.parent / "handoff" / version.name
    stand = False

    @contextlib.contextmanager
    def write() -> Iterator[pathlib.Path]:
        nonlocal stand
        with new_folder(handoff, error=ExportError, private=False) as papers:
            yield papers
        stand = True

    try:
        yield write
    except BaseException:
        if stand:
            shutil.rmtree(handoff, ignore_errors=True)
        raise


def _write_papers(
    papers: pathlib.Path, facts: Mapping[str, Any], golden: list[dict[str, Any]], documents: Mapping[str, str]
) -> None:
    write_golden(papers / "golden" / "requests.jsonl", golden)
    model = {"name": facts["name"], "version": facts["version"], "signature": facts["signatures"]["serving_default"]}
    write_golden(papers / "golden" / "rest.jsonl", rest_lines(golden, **model))
    write_golden(papers / "golden" / "grpc.jsonl", grpc_lines(golden, **model))
    (papers / "manifest.json").write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    for name, text in documents.items():
        (papers / name).write_text(text, encoding="utf-8")


def _replace(folder: pathlib.Path, write: FactsWriter, facts: Mapping[str, Any]) -> None:
    """Put a folder and the hashes of its files in the place of the one there; for a moment there is none."""
    old = folder.with_name(f".{folder.name}{_OLD}")
    with new_folder(folder, error=ExportError, private=False) as temporary:
        write(temporary, facts)
        sums = checksums.folder_sha256(temporary)
        (temporary / checksums.NAME).write_text(checksums.sums_text(sums), encoding="utf-8")
        if folder.exists():
            folder.rename(old)
    shutil.rmtree(old, ignore_errors=True)


def _under(folder: str, sums: Mapping[str, str]) -> dict[str, str]:
    return {f"{folder}/{path}": digest for path, digest in sums.items()}
