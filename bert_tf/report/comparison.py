"""A comparison of runs as people see it: its verdict, its scores with intervals, and what a notebook shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bert_tf.measures import Measure, find_measure
from bert_tf.report.compared_runs import ComparedRun, ComparedRuns, Pairing, Score
from bert_tf.report.comparison_document import comparison_document
from bert_tf.report.comparison_verdict import pair_sentence, verdict
from bert_tf.report.notebook import paragraph, table

WITHOUT_LEAKED = " without leaked texts"
LEAKED = "_without_leaked"
SEVERAL_TESTS = (
    "These p values are not corrected for multiple comparisons: 1 in 20 equally good runs has p < 0.05 by chance."
)
RESOURCES = {
    "training_seconds": "training, seconds",
    "seconds_to_first_step": "start to first step, seconds",
    "training_rows_per_second": "training rows per second, validation included",
    "peak_memory_mib": "peak memory, MiB",
    "dollars": "estimated cost of training, dollars",
    "watt_hours": "estimated energy of training, Wh",
}


@dataclass(frozen=True, repr=False)
class Comparison(ComparedRuns):
    """Runs side by side, and what they come to for people; `document` makes it JSON."""

    @property
    def score_columns(self) -> dict[str, str]:
        """Names of the scores that any run has, as a person reads them; those that every run has always."""
        found = {name for run in self.runs for name in run.scores}
        whole = {measure.key: measure.name for measure in self.measures}
        return whole | {
            f"{key}{LEAKED}": f"{name}{WITHOUT_LEAKED}" for key, name in whole.items() if key + LEAKED in found
        }

    @property
    def document(self) -> dict[str, Any]:
        """All of it, for JSON; see `comparison_document`."""
        return comparison_document(self)

    def sentence(self, pair: Pairing) -> str:
        """What a pair comes to."""
        return pair_sentence(pair, self.words)

    def __repr__(self) -> str:
        """The verdict, and a line for each run."""
        lines = [", ".join([f"run {run.number}: {run.path}", run.status, *self._scores_of(run)]) for run in self.runs]
        return "\n".join([f"Comparison on the {self.split} rows: {self.verdict}", *lines])

    def score_of(self, run: ComparedRun, key: str) -> str:
        """A run's score with its interval; `key` is one of `score_columns`."""
        return with_interval(run.scores.get(key), find_measure(key.removesuffix(LEAKED), self.measures))

    def _scores_of(self, run: ComparedRun) -> list[str]:
        return [f"{shown} {self.score_of(run, name)}" for name, shown in self.score_columns.items()]

    def _repr_html_(self) -> str:
        """What a notebook shows: the verdict, the runs with their scores and intervals, a sentence for each pair."""
        rows = [
            [
                str(run.number),
                run.path,
                run.status,
                shown(run.rows),
                *(self.score_of(run, key) for key in self.score_columns),
            ]
            for run in self.runs
        ]
        scores = table(["run", "folder", "status", "rows", *self.score_columns.values()], rows)
        return "".join([paragraph(self.verdict), scores, *(paragraph(self.sentence(pair)) for pair in self.pairs)])

    @property
    def verdict(self) -> str:
        """The whole comparison in a sentence."""
        return verdict(self)


def shown(value: Any) -> str:
    """A value of a recipe or a fact as a person reads it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ", ".join(map(shown, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{name} = {shown(each)}" for name, each in value.items())
    return f"{value:,.6g}" if isinstance(value, float) and abs(value) >= 1 else str(value)


def with_interval(score: Score | None, measure: Measure) -> str:
    """`0.9685 (0.9459 to 0.9865)`; a dash for a score that is not known."""
    if score is None:
        return "–"
    interval = "" if score.low is None or score.high is None else f" ({measure.interval_text(score.low, score.high)})"
    return f"{measure.text(score.value)}{interval}"
