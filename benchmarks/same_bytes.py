"""Whether a change left everything as it was: what two runs on a fixed slice left, written down to be compared.

    python -m benchmarks.same_bytes keep before
    python -m benchmarks.same_bytes compare before after

`keep` trains a run with its export and report, and a second one by other settings that is held against it; then it
writes what must not change into a folder, as text: hashes of weights, metrics, predictions, pages, the tags and values
of event files, the manifest and golden requests. Times, ids and what depends on them are masked. `compare` prints what
differs and exits with 1 where anything does. Two folders are comparable when both were kept on one machine.

Only the command line and the files of a run are used, so that a change may move all code. Keep the first folder in a
checkout of the commit that a change starts from.
"""

import argparse
import difflib
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

_COMMAND = pathlib.Path(sys.executable).with_name("bert-tf")
_SLICE = ("data.train=all[:240]", "text.max_tokens=32", "training.epochs=2", "training.batch_size=16")
_FIRST = ("training.learning_rate=2e-4",)
_SECOND = (
    "training.seed=2", "training.learning_rate=1e-4", "training.monitor=validation.macro_f1",
    "training.early_stopping=1", "classify.class_weights=balanced", "text.long_texts=windows", "text.window_overlap=8",
)  # fmt: skip
_MOST_LINES = 40  # of a file that differs

# A file's content differs from run to run by nothing but these.
_MASKS = (
    (r"\d{8}-\d{6}(-\d+)?", "ID"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d([+-]\d\d:\d\d| \w+)?", "TIME"),
    (
        r"(<dt>(training time|start to first step|peak memory|estimated cost|estimated energy)</dt><dd>)[^<]*",
        r"\1MASKED",
    ),
    (
        r'(<th scope="row">(training, seconds|start to first step, seconds|training rows per second, validation '
        r"included|peak memory, MiB|estimated cost of training, dollars|estimated energy of training, Wh)</th>)"
        r"(<td>[^<]*</td>)+",
        r"\1MASKED",
    ),
    (r"(- seconds of training: ).*", r"\1MASKED"),
)
# Facts of a document that depend on the clock, on the machine's load or on where the files are.
_MASKED_KEYS = frozenset(
    {"created", "started", "seconds", "training_seconds", "seconds_to_first_step", "peak_memory_mib", "resources",
     "content_sha256", "latency", "page", "run", "run_id", "report"}
)  # fmt: skip
_TIMES_OF_HPARAMS = {
    "experiment": ("time_created_secs",),
    "session_start_info": ("start_time_secs", "group_name"),
    "session_end_info": ("end_time_secs",),
}
_MASKED_TAGS = frozenset({"examples_per_second", "tokens_per_second", "final/training_seconds"})


def keep(folder: pathlib.Path) -> None:
    """Train, and write into a folder, which must not be there, what must not change."""
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch:
        work = pathlib.Path(scratch)
        first, second = _trained(work)
        for name, run in (("first", first), ("second", second)):
            for part, content in _run_parts(run, work):
                _write(folder / name / part, content)
        for part, content in _export_parts(first / "export" / "bbc-news", work):
            _write(folder / "export" / part, content)
        compared = _command(work, "compare", str(first), str(second), "--html", "compare.html", "--json")
        _write(folder / "compare.json", _document(json.loads(compared), work))
        _write(folder / "compare.html", _masked((work / "compare.html").read_text(), work))


def _trained(work: pathlib.Path) -> tuple[pathlib.Path, pathlib.Path]:
    """Two runs, the first with an export, both with whole reports."""
    runs = work / "runs" / "bbc-news"
    _command(work, "train", "bbc-news", *_settings(*_SLICE, *_FIRST))
    [first] = runs.iterdir()
    reference = f"report.reference={first.relative_to(work)}"
    _command(work, "train", "bbc-news", "--no-export", *_settings(*_SLICE, *_SECOND, reference))
    [second] = set(runs.iterdir()) - {first}
    return first, second


def _settings(*values: str) -> list[str]:
    return [word for value in values for word in ("--set", value)]


def _command(work: pathlib.Path, *arguments: str) -> str:
    """What `bert-tf` writes to its standard output."""
    environment = {**os.environ, "COLUMNS": "120"}
    done = subprocess.run(
        [_COMMAND, *arguments], cwd=work, capture_output=True, text=True, check=False, env=environment
    )
    if done.returncode:
        raise RuntimeError(f"bert-tf {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def _run_parts(run: pathlib.Path, work: pathlib.Path) -> Iterator[tuple[str, str]]:
    """Name and content of each file that is kept of a run."""
    # Anew, for as long as it takes: after training there is a limit to the seconds for words.
    verdict = _command(work, "report", str(run), "--json")
    yield "verdict.json", _document(json.loads(verdict), work)
    yield "report.html", _masked((run / "report.html").read_text(), work)
    yield "metrics.json", _document(json.loads((run / "metrics.json").read_text()), work)
    yield "predictions.txt", "".join(_table(path) for path in sorted((run / "predictions").glob("*.parquet")))
    yield (
        "checkpoints.txt",
        "".join(
            f"{path.relative_to(run)} {_sha256(path.read_bytes())}\n" for path in sorted(run.glob("checkpoints/*/*"))
        ),
    )
    yield "events.txt", _masked("".join(_events(run / "tensorboard")), work)


def _export_parts(models: pathlib.Path, work: pathlib.Path) -> Iterator[tuple[str, str]]:
    handoff = models / "handoff" / "1"
    manifest = json.loads((handoff / "manifest.json").read_text())
    # The graph's functions are numbered by what the process traced before, and other files carry times.
    for files in ("files", "handoff_files", "beside_files"):
        if files in manifest:
            manifest[files] = sorted(manifest[files])
    yield "manifest.json", _document(manifest, work)
    yield "MODEL_CARD.md", _masked((handoff / "MODEL_CARD.md").read_text(), work)
    for path in sorted((handoff / "golden").iterdir()):
        yield f"golden/{path.name}", path.read_text()


def _table(path: pathlib.Path) -> str:
    """Schema and content of a Parquet file."""
    table = pq.read_table(path)
    columns = (f"{name} {_sha256(_column_bytes(table[name]))}" for name in table.column_names)
    return "\n".join([path.name, table.schema.to_string(truncate_metadata=False), *columns, ""])


def _column_bytes(column: pa.ChunkedArray) -> bytes:
    sink = pa.BufferOutputStream()
    table = pa.table({"column": column.combine_chunks()})
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def _events(folder: pathlib.Path) -> Iterator[str]:
    """A line for each value of each event file."""
    from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader
    from tensorboard.compat.proto.event_pb2 import Event

    for path in sorted(folder.rglob("events.*")):
        if "profile" in path.name:
            continue
        for raw in RawEventFileLoader(str(path)).Load():
            event = Event.FromString(raw)
            place = f"{path.parent.relative_to(folder)} {event.step}"
            if event.graph_def:
                yield f"{place} graph {_graph(event.graph_def)}\n"
            for value in event.summary.value:
                if value.tag not in _MASKED_TAGS:
                    yield f"{place} {value.tag} {_value(value)}\n"


def _graph(content: bytes) -> str:
    """A hash of names and operations: functions are numbered by what else the process has traced."""
    from tensorboard.compat.proto.graph_pb2 import GraphDef

    nodes = (f"{node.name} {node.op}" for node in GraphDef.FromString(content).node)
    return _sha256(re.sub(r"_\d+", "_N", "\n".join(sorted(nodes))).encode())


def _value(value: Any) -> str:
    """A scalar as it is, anything else as a hash."""
    from tensorboard.util.tensor_util import make_ndarray

    plugin = value.metadata.plugin_data
    if plugin.plugin_name == "hparams":
        return _hparams(plugin.content)
    array = make_ndarray(value.tensor) if value.HasField("tensor") else None
    if array is not None and array.ndim == 0 and array.dtype.kind == "f":
        return repr(float(array))
    return _sha256(value.SerializeToString(deterministic=True))


def _hparams(content: bytes) -> str:
    from google.protobuf.json_format import MessageToDict
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

    data = HParamsPluginData.FromString(content)
    for part, fields in _TIMES_OF_HPARAMS.items():
        if data.HasField(part):
            for field in fields:
                getattr(data, part).ClearField(field)
    return json.dumps(MessageToDict(data), sort_keys=True)


def _document(values: Mapping[str, Any], work: pathlib.Path) -> str:
    return _masked(json.dumps(_without(values), indent=1, sort_keys=True, ensure_ascii=False), work)


def _without(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: "MASKED" if name in _MASKED_KEYS else _without(each) for name, each in value.items()}
    return [_without(each) for each in value] if isinstance(value, Sequence) and not isinstance(value, str) else value


def _masked(text: str, work: pathlib.Path) -> str:
    text = text.replace(str(work), "WORK")
    for pattern, mask in _MASKS:
        text = re.sub(pattern, mask, text)
    return text


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(path: pathlib.Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")


def differences(before: pathlib.Path, after: pathlib.Path) -> list[str]:
    """What differs between two folders that were kept: a line for each file, and those of its lines that do."""
    names = {path.relative_to(folder) for folder in (before, after) for path in folder.rglob("*") if path.is_file()}
    found = []
    for name in sorted(names):
        sides = [folder / name for folder in (before, after)]
        if missing := [str(side) for side in sides if not side.is_file()]:
            found.append(f"{name}: {missing[0]} is not there")
        elif sides[0].read_bytes() != sides[1].read_bytes():
            old, new = (side.read_text(encoding="utf-8").splitlines() for side in sides)
            changed = list(difflib.unified_diff(old, new, lineterm="", n=0))
            found += [f"{name}:", *changed[2 : 2 + _MOST_LINES]]
    return found


def main() -> None:
    """Exits with 1 when two folders differ."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("keep").add_argument("folder", type=pathlib.Path)
    compare = commands.add_parser("compare")
    compare.add_argument("before", type=pathlib.Path)
    compare.add_argument("after", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.command == "keep":
        keep(arguments.folder)
        return
    found = differences(arguments.before, arguments.after)
    sys.stdout.write("\n".join(found or ["Nothing differs."]) + "\n")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
