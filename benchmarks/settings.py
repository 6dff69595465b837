"""What the user of `make bench` may set."""

import dataclasses
import pathlib
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.contest import Contestant
from bert_tf.plurals import counted


@dataclasses.dataclass(frozen=True)
class Settings:
    """Of all suites.

    Attributes:
        encoder: Folder of the encoder that all contestants load.
        cores: That contestants of fixed shapes and of raw text run on; None is all.
        per: "seconds", or "cpu_seconds", which other work on the machine changes less: what their speed is told by.
        precision: What they multiply in, where their name doesn't say otherwise: "bfloat16" or "float32".
        rounds: Turns of each contestant; None is each suite's own number.
        seconds: Least length of a turn.
        rows: Rows that are trained on, and tested on, at most; None is each suite's own number.
        lengths: Of the rows of fixed shapes; None is all.
        among: Parts of the names of the peers that take part; None is all.
        seeds: Trainings of each kind in the suites that measure quality.
        sst2: Folder with `train.tsv`, `dev.tsv` and `test.tsv`.
        stsb: Folder with `en-train.csv`, `en-dev.csv` and `en-test.csv`.
        finance: Folder with `headlines.json`.
        goemotions: Folder with the same and `labels.txt`.
        banking77: Folder with `train.csv` and `test.csv`.
        airline: Folder with `tweets.csv`.
        wikiann: Folder with `train.conll`.
        wnut17: Folder with `train.conll`, `dev.conll` and `test.conll`.
        scratch: For rows and logs.
        notice: Told who is at work.
    """

    encoder: pathlib.Path
    precision: str
    cores: int | None
    per: str
    rounds: int | None
    seconds: float
    rows: int | None
    lengths: tuple[int, ...] | None
    among: tuple[str, ...] | None
    seeds: int
    sst2: pathlib.Path | None
    stsb: pathlib.Path | None
    finance: pathlib.Path | None
    goemotions: pathlib.Path | None
    banking77: pathlib.Path | None
    airline: pathlib.Path | None
    wikiann: pathlib.Path | None
    wnut17: pathlib.Path | None
    scratch: pathlib.Path
    notice: Callable[[str], None]

    @property
    def turns(self) -> dict[str, Any]:
        """What `contest` is told of the turns of all suites that have no own number of cores."""
        return {"seconds": self.seconds, "logs": self.logs, "cores": self.cores, "notice": self.notice}

    def title(self, name: str) -> str:
        """A contest's name in results. It tells what differs from what goals are set for: bfloat16 on all cores."""
        return self.title_in(name if self.precision == "bfloat16" else f"{name}, {self.precision}")

    def title_in(self, name: str) -> str:
        """The same of a contest that has a precision of its own, which is in its name."""
        return f"{name}, {counted(self.cores, 'core')}" if self.cores else name

    @property
    def logs(self) -> pathlib.Path:
        """Folder for what the libraries print."""
        return self.scratch / "logs"

    def chosen(self, contestants: Sequence[Contestant]) -> list[Contestant]:
        """Those that take part: the first, which is ours, and the peers that the user named."""
        ours, *peers = contestants
        if self.among is None:
            return [ours, *peers]
        return [ours, *(each for each in peers if any(part.lower() in each.name.lower() for part in self.among))]

    def shapes(self, shapes: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """Those of the (batch, length) whose length the user named."""
        return [(batch, length) for batch, length in shapes if self.lengths is None or length in self.lengths]
