"""What a comparison of runs holds, and what it comes to in a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bert_tf.evaluation.paired import Paired
from bert_tf.measures import Measure, find_measure
from bert_tf.report.comparison_document import comparison_document
from bert_tf.report.comparison_verdict import pair_sentence, verdict
from bert_tf.report.notebook import paragraph, table
from bert_tf.report.paired_words import PairedWords, is_significant

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


@dataclass(frozen=True)
class Score:
    """A metric of a split; `low` and `high` are its 95% bootstrap interval, None where no predictions were kept."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class ComparedRun:
    """One of the runs that are compared.

    Attributes:
        number: From 1, in the order the runs were named.
        path: Its folder.
        started: ISO 8601; empty where it isn't known.
        status: As of `RunFolder.status`; `unreadable` for a damaged run.
        note: Why it is compared in part only, or not at all.
        rows: Rows it was measured on.
        scores: What its task follows, by key, such as `macro_f1`; empty for a run that wasn't measured. Where texts are
            in the training rows too, `macro_f1_without_leaked` and the like are of the others.
        resources: Seconds, memory, speed, cost and energy, by the keys of `RESOURCES`.
        epochs: The figures of each epoch, as in `metrics.json`.
    """

    number: int
    path: str
    started: str
    status: str
    note: str | None = None
    rows: int | None = None
    scores: dict[str, Score] = field(default_factory=dict)
    resources: dict[str, float] = field(default_factory=dict)
    epochs: tuple[dict[str, float], ...] = ()


@dataclass(frozen=True)
class Answer:
    """What a run answered: `predicted`, such as a label, with a `figure`, such as its probability, also as it is
    written, and whether it is right, or the better one."""

    predicted: str
    figure: float
    figure_text: str
    is_good: bool


@dataclass(frozen=True)
class Disagreement:
    """A row that one run has right, or better, and the reference wrong, or worse, or the other way round.

    Attributes:
        row: From 0, in the order of the split.
        place: Where the row came from: `headlines.csv:282`.
        text: Whole, as the data has it.
        pair: The second text, where rows are pairs.
        expected: What is right.
        answer: Of the run.
        reference: The answer of the reference.
    """

    row: int
    place: str
    text: str
    pair: str | None
    expected: str
    answer: Answer
    reference: Answer


@dataclass(frozen=True)
class Pairing:
    """A run against the reference, on the rows that both answered.

    Attributes:
        number: The run's.
        reference: Number of the other.
        paired: What runs are judged by, of the run against the reference.
        run_better: Rows that the run has better, those first that tell most; the first of them only.
        reference_better: The same of the reference.
    """

    number: int
    reference: int
    paired: Paired
    run_better: tuple[Disagreement, ...]
    reference_better: tuple[Disagreement, ...]

    @property
    def is_significant(self) -> bool:
        """Whether the difference is significant."""
        return is_significant(self.paired)


@dataclass(frozen=True)
class Line:
    """A name, and its value in each run; None where a run has none."""

    name: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Breakdown:
    """A score of each part of the data, such as F1 of each label.

    Attributes:
        part: What a part is called: `label`.
        score: What the score is called: `F1`.
        lines: One for each part.
    """

    part: str
    score: str
    lines: tuple[Line, ...]

    @property
    def key(self) -> str:
        """In JSON: `f1_by_label`."""
        return f"{self.score.lower().replace(' ', '_')}_by_{self.part}"


@dataclass(frozen=True, repr=False)
class Comparison:
    """Runs side by side; `document` makes it JSON.

    Attributes:
        split: What the scores are of: `test` or `validation`.
        measures: What the runs' tasks follow; the one that runs are judged by comes first.
        words: Of the pairs.
        runs: All that were named, those too that can't be compared.
        reference: Number of the run that the others are paired with; None where no predictions were kept.
        pairs: One for each other run that was measured on the reference's rows.
        recipe: Keys of the resolved recipes that differ.
        surroundings: Versions, kernels, encoder and data that differ.
        resources: Seconds, memory, speed, cost and energy.
        breakdown: A score of each part of the data, without lines where the runs have none in common; None for a task
            without parts.
    """

    split: str
    measures: tuple[Measure, ...]
    words: PairedWords
    runs: tuple[ComparedRun, ...]
    reference: int | None
    pairs: tuple[Pairing, ...]
    recipe: tuple[Line, ...]
    surroundings: tuple[Line, ...]
    resources: tuple[Line, ...]
    breakdown: Breakdown | None

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
