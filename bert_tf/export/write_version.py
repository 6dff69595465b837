"""Writing an exported model: a numbered version that is there whole or not at all."""

import contextlib
import dataclasses
import json
import pathlib
import re
import shutil
import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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


@dataclasses.dataclass(frozen=True)
class Papers:
    """What people get of a version: its handoff.

    Attributes:
        manifest: Facts beside those that are added when the version is written: version, signatures, operations, the
            hash of each file, size, the number of golden requests, and whether it is signed.
        golden: Lines of `golden_lines`.
        of_lists: The same of signatures whose inputs are lists, by the name of their file, one of `OF_LISTS`.
        documents: Texts, by file name.
        others: What else is written into the handoff.
        measure: More facts for the manifest, of the version as it was written.
    """

    manifest: Mapping[str, Any]
    golden: Iterable[dict[str, Any]] = ()
    of_lists: Mapping[str, Iterable[dict[str, Any]]] = dataclasses.field(default_factory=dict)
    documents: Documents | None = None
    others: Sequence[Writer] = ()
    measure: Callable[[pathlib.Path], Mapping[str, Any]] | None = None


def write_export(
    module: ServingModule,
    papers: Papers,
    *,
    model_folder: pathlib.Path,
    target: str = DEFAULT_TARGET,
    extend: Iterable[Writer] = (),
    beside: Mapping[str, FactsWriter] = types.MappingProxyType({}),
    sign: Signer | None = None,
) -> pathlib.Path:
    """Write the next version of a model: `<version>/` for the server, `handoff/<version>/` for people.

    What stands beside the version is written first and the version moves in last by one rename, so a server that
    watches the folder sees a whole version or none. TensorFlow Serving takes every name that is a number for a version,
    so what is half done has names that begin with a dot; what a killed export left is removed by the next one.

    Args:
        module: What is served.
        papers: What goes into the handoff.
        model_folder: `<name>/`; versions count up from 1.
        target: The release of TensorFlow Serving that shall load it, one that `release_table()` knows.
        extend: What else is written into the version's folder, such as `assets.extra`.
        beside: What is written into folders beside the version, by their names, such as `hub`, of what the manifest
            says; each gets a list of its hashes, and replaces the one of the version before.
        sign: Signs files under a name into a file.

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
            written = _write_served(module, temporary, extend=extend, target=target)
            measured = papers.measure(temporary) if papers.measure else {}
            facts = {**papers.manifest, "version": int(version.name), **written, "signed": sign is not None, **measured}
            with written_beside(model_folder, beside, facts) as beside_files, write_papers() as handoff:
                _write_papers(handoff, papers, facts, module=module, beside_files=beside_files)
                if sign is not None:
                    files = _under(version.name, temporary) | _under(f"handoff/{version.name}", handoff)
                    sign(files, subject(facts["name"], facts["version"]), handoff / "model.sig")
    return version


def _write_served(
    module: ServingModule, folder: pathlib.Path, *, extend: Iterable[Writer], target: str
) -> dict[str, Any]:
    """Write what a server loads; returns what the manifest says of it.

    Raises:
        ExportError: the target lacks an operation.
    """
    signatures = save(module, folder)
    for write in extend:
        write(folder)
    checksums.remove_empty_folders(folder)
    operations = saved_operations(folder)
    check_target(operations, release_table(), target=target)
    return {
        "signatures": describe(signatures),
        "serving": serving_facts(operations, target=target),
        "files": checksums.folder_sha256(folder),
        "size_bytes": folder_bytes(folder),
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
    module: ServingModule, papers: Papers, facts: Mapping[str, Any]
) -> dict[str, list[dict[str, Any]]]:
    """Lines by the name of their file."""
    model = {"name": facts["name"], "version": facts["version"]}
    signature = facts["signatures"]["serving_default"]
    of_lists = {name: list(lines) for name, lines in papers.of_lists.items()}
    golden = list(papers.golden)
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
    folder: pathlib.Path,
    papers: Papers,
    facts: Mapping[str, Any],
    *,
    module: ServingModule,
    beside_files: Mapping[str, Any],
) -> None:
    """Write the handoff; last the manifest, which lists all other files, and the list of hashes that has it too."""
    documents = papers.documents(facts) if papers.documents else {}
    requests = _golden_requests(module, papers, facts)
    for write in papers.others:
        write(folder)
    for name, lines in requests.items():
        write_golden(folder / "golden" / f"{name}.jsonl", lines)
    for name, text in documents.items():
        (folder / name).write_text(text, encoding="utf-8")
    listed = {
        **facts,
        "beside_files": beside_files,
        "golden_requests": {name: len(lines) for name, lines in requests.items()},
        "handoff_files": checksums.folder_sha256(folder),
    }
    (folder / "manifest.json").write_text(json.dumps(listed, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    of_manifest = checksums.file_sha256(folder / "manifest.json")
    (folder / checksums.NAME).write_text(checksums.sums_text(listed_sums(listed, of_manifest)), encoding="utf-8")


def _under(folder: str, source: pathlib.Path) -> dict[str, pathlib.Path]:
    """All files of a folder by their path in the model's, where it will stand."""
    return {f"{folder}/{name}": source / name for name in checksums.folder_entries(source)[0]}
