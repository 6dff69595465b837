"""An exported model in the libraries of the oldest TensorFlow whose TensorFlow Serving is to load it.

    python -m benchmarks.serving.oldest MODEL --python PYTHON

PYTHON has tensorflow and tensorflow-text of that release and needs nothing else; `make oldest MODEL=…` makes it. The
golden requests go through `tf.saved_model.load`, the session loader, and the C API with those libraries of
tensorflow_text that the release of TensorFlow Serving links. Exits with status 1 where an answer differs.
"""

import argparse
import importlib.util
import json
import pathlib
import subprocess
import tempfile
from typing import Any

from bert_tf.errors import VerifyError
from bert_tf.export.answers import compare_rows
from bert_tf.export.folders import find_version, handoff_folder, read_manifest
from bert_tf.export.golden import read_golden
from bert_tf.export.manifest import padded_outputs
from bert_tf.export.native_job import native_job
from bert_tf.export.serving_releases import release_table

_FOLDERS = """
import importlib.util
for name in ("tensorflow", "tensorflow_text"):
    print(importlib.util.find_spec(name).submodule_search_locations[0])
"""


def main() -> int:
    """Prints a line for each loader; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--python", type=pathlib.Path, required=True)
    options = parser.parse_args()
    version = find_version(options.model.resolve())
    requests, manifest = _requests(version), read_manifest(version)
    tolerance, padded = float(manifest["tolerance"]), padded_outputs(manifest)
    wrong = 0
    for loader, answers in _answers(version, requests, options.python).items():
        try:
            largest = compare_rows(read_golden(requests), answers, tolerance=tolerance, loader=loader, padded=padded)
            print(f"{loader}: {len(answers)} answers, largest difference {largest:.1e}, allowed {tolerance:.1e}")
        except VerifyError as problem:
            wrong += 1
            print(f"{loader}: {problem}")
    return int(wrong > 0)


def _requests(version: pathlib.Path) -> pathlib.Path:
    return handoff_folder(version) / "golden" / "requests.jsonl"


def _answers(version: pathlib.Path, requests: pathlib.Path, python: pathlib.Path) -> dict[str, list[dict[str, Any]]]:
    """By loader: the golden requests' answers in batches, and then one by one."""
    with tempfile.TemporaryDirectory() as scratch:
        out, job, found = (pathlib.Path(scratch, name) for name in ("replayed.json", "job.json", "found.json"))
        _run(python, "replay", version, requests, out)
        replayed = json.loads(out.read_text())
        print(f"TensorFlow {replayed['tensorflow']}")
        asked = [line["request"] for line in read_golden(requests)]
        oldest = release_table().releases[0]
        order = native_job(version, asked, tensors=replayed["tensors"], target=oldest, latency_seconds=None)
        job.write_text(json.dumps(order | _libraries(python, oldest)))
        _run(python, "native_loader", job, found)
        return {**replayed["answers"], "c_api": json.loads(found.read_text())["answers"]}


def _libraries(python: pathlib.Path, release: str) -> dict[str, list[str]]:
    """The libraries of another environment, as `native_job` has those of this one."""
    printed = subprocess.run([python, "-c", _FOLDERS], check=True, capture_output=True, text=True).stdout.split("\n")
    core, text = pathlib.Path(printed[0]), pathlib.Path(printed[1]) / "python" / "ops"
    return {
        "core": [str(core / f"libtensorflow_{part}.so.2") for part in ("framework", "cc")],
        "operations": [
            str(text / name) for name in release_table().linked_libraries(release) if (text / name).exists()
        ],
    }


def _run(python: pathlib.Path, script: str, *arguments: pathlib.Path) -> None:
    spec = importlib.util.find_spec(f"bert_tf.export.{script}")
    subprocess.run([python, "-I", str(spec and spec.origin), *arguments], check=True)


if __name__ == "__main__":
    raise SystemExit(main())
