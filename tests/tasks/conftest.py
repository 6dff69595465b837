"""A run of each task, trained once for all that look at it."""

import pathlib
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

    def find(name: str) -> "Finished":
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("BERT_TF_CACHE", str(cache))
            return finish(name, folder=cache.parent / "conformance" / name, cache=cache, encoder=str(one_layer))

    return find
