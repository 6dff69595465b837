"""The results file of a machine: suites that were measured at different times stand in it side by side."""

import datetime
import json
import pathlib
from collections.abc import Mapping
from typing import Any

from benchmarks.environments import library_versions, made_environments
from benchmarks.machine import machine_facts
from bert_tf.versions import versions

Document = dict[str, Any]


def read_results(path: pathlib.Path) -> Document:
    """What the file holds; no suites if there is no file."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {"suites": {}}


def with_suite(document: Document, name: str, suite: Mapping[str, Any], settings: Mapping[str, Any]) -> Document:
    """The document with a suite that was measured just now, on this machine and with these versions."""
    facts = {
        "measured": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "settings": dict(settings),
        "machine": machine_facts(),
        "versions": _versions(),
    }
    return {**document, "suites": {**document["suites"], name: {**facts, **suite}}}


def write_results(path: pathlib.Path, document: Document) -> None:
    """Replace the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _versions() -> dict[str, Mapping[str, str]]:
    return {"bert_tf": versions(), **{name: library_versions(name) for name in made_environments()}}
