"""Runners of pipelines: one in this process, and Beam's own with two processes where Beam is installed."""

import pathlib
import pickle
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from bert_tf.pipelines.beam_runner import LOCAL, BeamRunner
from bert_tf.pipelines.exchange_folder import ExchangeFolder


class InThisProcess:
    """Does jobs one after the other, pickled as Beam does it; may be killed behind some of them."""

    def __init__(self, folder: pathlib.Path, *, most: int | None = None) -> None:
        self._folder, self._most, self.done = folder, most, list[Any]()

    def exchange(self, name: str, *, local: pathlib.Path) -> ExchangeFolder:
        del local
        return ExchangeFolder(str(self._folder)).folder(name)

    def run(self, work: Callable[[Any], None], jobs: Sequence[Any], *, exchange: ExchangeFolder) -> None:
        del exchange
        at_worker = pickle.loads(pickle.dumps(work))
        for job in pickle.loads(pickle.dumps(jobs)):
            if len(self.done) == self._most:
                raise KeyboardInterrupt
            at_worker(job)
            self.done.append(job)


@pytest.fixture
def in_this_process(tmp_path: pathlib.Path) -> Callable[..., InThisProcess]:
    """Makes runners that exchange files through one folder."""

    def make(*, most: int | None = None) -> InThisProcess:
        return InThisProcess(tmp_path / "exchange", most=most)

    return make


@pytest.fixture
def two_processes() -> BeamRunner:
    """Beam's local runner with two workers."""
    pytest.importorskip("apache_beam", reason="Beam needs an environment of its own: `make beam` runs this there")
    return BeamRunner(LOCAL, ("direct_running_mode=multi_processing", "direct_num_workers=2"))
