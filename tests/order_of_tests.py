"""In which order tests run: a hook of pytest, taken by `conftest.py`."""

import os
import pathlib
from collections.abc import Sequence

import pytest

# Begun first, since whoever begins one of them last is waited for. Those of the first line look at `trained`: they are
# one worker's, so that the others don't wait for it.
_LONGEST = (
    ("handoff/test_reduced_precision.py", "cli/test_export.py", "handoff/test_export_run.py", "cli/test_stop.py"),
    ("docs/test_tutorial.py", "docs/test_readme.py", "tasks/test_conformance.py", "workflow/proof/test_prove_resume.py",
     "tuning/test_trial.py", "docs/test_notebook.py", "workflow/test_workers.py", "test_environment.py",
     "workflow/test_sharing.py", "cli/test_prove_resume.py", "deploy/test_training_job.py", "cli/test_train.py"),
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest first, with each of the workers; all others in order."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    here = pathlib.Path(__file__).parent
    files = [item.path.relative_to(here).as_posix() if item.path.is_relative_to(here) else "" for item in items]
    items[:] = [items[place] for place in shared_out(files, workers)]


def shared_out(files: Sequence[str], workers: int) -> list[int]:
    """An order of tests, of each of which its file is given, as places among them.

    `--dist worksteal` cuts it into a share for each worker, all of a size, and each worker begins with its own.
    """
    one, *others = _LONGEST
    heads: list[list[int]] = [[] for _ in range(workers)]
    places: dict[str, list[int]] = {}
    for place, file in enumerate(files):
        places.setdefault(file, []).append(place)
    for file in one:
        heads[0] += places.pop(file, [])
    for number, file in enumerate(file for line in others for file in line):
        heads[number % (workers - 1) + 1 if workers > 1 else 0] += places.pop(file, [])
    rest = [place for own in places.values() for place in own]
    order: list[int] = []
    for number, head in enumerate(heads):
        size = (len(files) - len(order)) // (workers - number)
        count = max(size - len(head), 0)
        order += head + rest[:count]
        del rest[:count]
    return order + rest
