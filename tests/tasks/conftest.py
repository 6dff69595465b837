"""A run of each task, trained once for all that look at it."""

import pathlib
import shutil
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conformance import Finished

# The tests are imported by path; specimens.py and conformance.py stand beside them.
sys.path.insert(0, str(pathlib.Path(__file__).parent))


@pytest.fixture(scope="session")
def finished_run(cache: pathlib.Path, one_layer: pathlib.Path) -> "Callable[[str], Finished]":
    """The run of a task's specimen, by the name of the task; all workers share it."""
    # TensorFlow, which most tests of tasks do without.
    from conformance import finish

    return lambda name: finish(name, cache=cache, encoder=str(one_layer))


@pytest.fixture
def copied_run(tmp_path: pathlib.Path) -> "Callable[[Finished], pathlib.Path]":
    """Copy a finished run, without its export, for one test alone."""
    left_out = shutil.ignore_patterns("export", "tensorboard")
    return lambda finished: shutil.copytree(finished.run.path, tmp_path / "copy", ignore=left_out)
