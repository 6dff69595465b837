"""Writing an exported model: a numbered version that is there whole or not at all."""

import contextlib
import json
import pathlib
import re
import shutil
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import filelock

from bert_tf.atomic import new_folder
from bert_tf.errors import ExportError
from bert_tf.export import checksums
from bert_tf.export.beside import FactsWriter, forget, making_room, put_back, written_beside
from bert_tf.export.folders import folder_bytes, version_number
from bert_tf.export.golden import OF_LISTS, write_golden
from bert_tf.export.golden_regressions import regress_grpc_lines, regress_rest_lines
from bert_tf.export.golden_requests import grpc_lines, list_lines, rest_lines
from bert_tf.export.graph_operations import check_target, saved_operations
from bert_tf.export.manifest import listed_sums, serving_facts
from bert_tf.export.serving_releases import DEFAULT_TARGET, release_table
from bert_tf.export.signatures import ServingModule, describe, save
from bert_tf.export.signing import Signer, subject
from bert_tf.system_errors import system_errors_as

# Writes files of its own into a folder.
Writer = Callable[[pathlib.Path], None]
# The name of a document of the handoff and its text, of what the manifest says.
Documents = Callable[[Mapping[str, Any]], Mapping[str, str]]

_LOCK = ".export.lock"
_HIDDEN = re.compile(r"\.(?P<name>\w+)\.[0-9a-f]{8}")


def write_export(
    module: ServingModule,
    *,
    model_folder: pathlib.Path,
    manifest: Mapping[str, Any],
    golden: Iterable[dict[str, Any]],
    of_lists: Mapping[str, Iterable[dict[str, Any]]] = types.MappingProxyType({}),
    target: str = DEFAULT_TARGET,
    documents: Documents | None = None,
    papers: Iterable[Writer] = (),
    extend: Iterable[Writer] = (),
    beside: Mapping[str, FactsWriter] | None = None,
    sign: Signer | None = None,
    measure: Callable[[pathlib.Path], Mapping[str, Any]] | None = None,
) -> pathlib.Path:
    """Write the next version of a model: `<version>/` for the server, `handoff/<version>/` for people.

    What stands beside the version is written first and the version moves in last by one rename, so a server that
    watches the folder sees a whole version or none. TensorFlow Serving takes every name that is a number for a version,
    so what is half done has names that begin with a dot; what a killed export left is removed by the next one.

    Args:
        module: What is served.
        model_folder: `<name>/`; versions count up from 1.
        manifest: Facts beside those added here: version, signatures, operations, the hash of each file, size, the
            number of golden requests, and whether it is signed.
        golden: Lines of `golden_lines`.
        of_lists: The same of signatures whose inputs are lists, by the name of their file, one of `OF_LISTS`.
        target: The release of TensorFlow Serving that shall load it, one that `release_table()` knows.
        documents: Texts for the handoff, by file name.
        papers: What else is written into the handoff.
        extend: What else is written into the version's folder, such as `assets.extra`.
        beside: What is written into folders beside the version, by their names, such as `hub`, of what the manifest
            says; each gets a list of its hashes, and replaces the one of the version before.
        sign: Signs files under a name into a file.
        measure: More facts for the manifest, of the version as it was written.

    Returns:
        The version's folder.

    Raises:
        ExportError: the target lacks an operation, the disk is full or can't be written.
    """
    with _only_export(model_folder):
        remove_leftovers(model_folder)
        version = model_folder / str(next_version(model_folder))
        with (
            making_room(model_folder),
            _papers_of(version) as write_papers,
            new_folder(version, error=ExportError, private=False) as temporary,
        ):
            signatures = save(module, temporary)
            for write in extend:
                write(temporary)
            checksums.remove_empty_folders(temporary)
            added = {
                "version": int(version.name),
                "signatures": describe(signatures),
                **_facts(temporary, target=target),
            }
            facts = {**manifest, **added, "signed": sign is not None, **(measure(temporary) if measure else {})}
            with written_beside(model_folder, beside or {}, facts) as beside_files, write_papers() as handoff:
                written = documents(facts) if documents else {}
                lists = {name: list(lines) for name, lines in of_lists.items()}
                requests = _golden_requests(module, facts, list(golden), lists)
                for write in papers:
                    write(handoff)
                _write_papers(handoff, {**facts, "beside_files": beside_files}, requests, written)
                files = _under(version.name, temporary) | _under(f"handoff/{version.name}", handoff)
                if sign is not None:
                    sign(files, subject(facts["name"], facts["version"]), handoff / "model.sig")
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
    return max((version_number(path.name) or 0 for path in begun), default=0) + 1


def remove_leftovers(model_folder: pathlib.Path) -> None:
    """Remove what exports left that were killed, and let stand again what had made room for it.

    None may be at work in the folder.
    """
    stands = True
    for hidden in (*model_folder.glob(".*"), *model_folder.glob("handoff/.*")):
        found = _HIDDEN.fullmatch(hidden.name)
        if found is None or not hidden.is_dir():
            continue
        number = found["name"]
        if version_number(number) and not (model_folder / number).exists():
            # Killed before the last rename: papers that stand for a version that never did.
            shutil.rmtree(model_folder / "handoff" / number, ignore_errors=True)
            stands = False
        shutil.rmtree(hidden, ignore_errors=True)
    forget(model_folder) if stands else put_back(model_folder)


@contextlib.contextmanager
def _only_export(model_folder: pathlib.Path) -> Iterator[None]:
    """Wait until no other export writes into the folder. The lock ends with its process, however that ends."""
    hint = "choose a writable folder with --to"
    with system_errors_as(ExportError, "The export can't be written here", where=str(model_folder), hint=hint):
        model_folder.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(model_folder / _LOCK)
        lock.acquire()
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


def _golden_requests(
    module: ServingModule,
    facts: Mapping[str, Any],
    golden: list[dict[str, Any]],
    of_lists: Mapping[str, list[dict[str, Any]]],
) -> dict[str, list[dict[str, Any]]]:
    """Lines by the name of their file."""
    model = {"name": facts["name"], "version": facts["version"]}
    signature = facts["signatures"]["serving_default"]
    rest = list(rest_lines(golden, **model, signature=signature))
    grpc = list(grpc_lines(golden, **model, signature=signature))
    for each in module.example_signatures:
        if each.regression is not None:
            rest += regress_rest_lines(golden, **model, regression=each.regression)
            grpc += regress_grpc_lines(golden, **model, regression=each.regression)
    named = {name: lines for name, lines in of_lists.items() if lines}
    for name, lines in named.items():
        rest += list_lines(lines, **model, signature_name=OF_LISTS[name])
    return {"requests": golden, "rest": rest, "grpc": grpc, **named}


def _write_papers(
    papers: pathlib.Path,
    facts: Mapping[str, Any],
    requests: Mapping[str, list[dict[str, Any]]],
    documents: Mapping[str, str],
) -> None:
    """Write the handoff; last the manifest, which lists all other files, and the list of hashes that has it too."""
    for name, lines in requests.items():
        write_golden(papers / "golden" / f"{name}.jsonl", lines)
    for name, text in documents.items():
        (papers / name).write_text(text, encoding="utf-8")
    listed = {
        **facts,
        "golden_requests": {name: len(lines) for name, lines in requests.items()},
        "handoff_files": checksums.folder_sha256(papers),
    }
    (papers / "manifest.json").write_text(json.dumps(listed, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    of_manifest = checksums.file_sha256(papers / "manifest.json")
    (papers / checksums.NAME).write_text(checksums.sums_text(listed_sums(listed, of_manifest)), encoding="utf-8")


def _under(folder: str, source: pathlib.Path) -> dict[str, pathlib.Path]:
    """All files of a folder by their path in the model's, where it will stand."""
    return {f"{folder}/{name}": source / name for name in checksums.folder_entries(source)[0]}
