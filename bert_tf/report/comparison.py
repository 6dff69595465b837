"""What a comparison of runs holds, and what it comes to in a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bert_tf.evaluation.paired import Paired
from bert_tf.plurals import counted
from bert_tf.report.notebook import paragraph, table
from bert_tf.scores import difference_text, interval_text, p_value_text, score_text

# Below this a difference is called one.
SIGNIFICANT = 0.05
WITHOUT_LEAKED = " without leaked texts"
_SCORES = {"accuracy": "accuracy", "macro_f1": "macro F1", "log_loss": "log loss"}
SCORES = {**_SCORES, **{f"{name}_without_leaked": f"{shown}{WITHOUT_LEAKED}" for name, shown in _SCORES.items()}}
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
        scores: `accuracy`, `macro_f1` and `log_loss`; empty for a run that wasn't measured. Where texts are in the
            training rows too, `accuracy_without_leaked` and the like are of the others.
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
    """What a run answered: a label and its probability."""

    label: str
    probability: float


@dataclass(frozen=True)
class Disagreement:
    """A row that one run has right and the reference wrong, or the other way round.

    Attributes:
        row: From 0, in the order of the split.
        place: Where the row came from: `headlines.csv:282`.
        text: Whole, as the data has it.
        pair: The second text, where rows are pairs.
        label: What is right.
        answer: Of the run.
        reference: The answer of the reference.
    """

    row: int
    place: str
    text: str
    pair: str | None
    label: str
    answer: Answer
    reference: Answer


@dataclass(frozen=True)
class Pairing:
    """A run against the reference, on the rows that both answered.

    Attributes:
        number: The run's.
        reference: Number of the other.
        accuracy: Of the run minus that of the reference; `only_first` counts rows that only the run has right.
        run_right: Rows that only the run has right, most confident first; the first of them only.
        reference_right: The same of the reference.
    """

    number: int
    reference: int
    accuracy: Paired
    run_right: tuple[Disagreement, ...]
    reference_right: tuple[Disagreement, ...]

    @property
    def is_significant(self) -> bool:
        """Whether the difference is significant."""
        return self.accuracy.p_value < SIGNIFICANT

    @property
    def sentence(self) -> str:
        """What the pair comes to."""
        paired = self.accuracy
        if paired.only_first == paired.only_second == 0:
            return f"Run {self.number} is right on exactly the same rows as run {self.reference}."
        higher = "higher" if paired.difference > 0 else "lower"
        gap = f"{score_text(abs(paired.difference))} {higher} than" if paired.difference else "the same as"
        judged = "the difference is significant" if self.is_significant else "the difference is not significant"
        are = "is" if paired.only_first == 1 else "are"
        return (
            f"The accuracy of run {self.number} is {gap} that of run {self.reference} (95% interval "
            f"{difference_text(paired.low)} to {difference_text(paired.high)}). {counted(paired.only_first, 'row')} "
            f"{are} right in run {self.number} only and {paired.only_second:,} in run {self.reference} only: {judged} "
            f"(McNemar's exact test, {p_value_text(paired.p_value)})."
        )


@dataclass(frozen=True)
class Line:
    """A name, and its value in each run; None where a run has none."""

    name: str
    values: tuple[Any, ...]


@dataclass(frozen=True, repr=False)
class Comparison:
    """Runs side by side; `dataclasses.asdict` makes it JSON.

    Attributes:
        split: What the scores are of: `test` or `validation`.
        runs: All that were named, those too that can't be compared.
        reference: Number of the run that the others are paired with; None where no predictions were kept.
        pairs: One for each other run that was measured on the reference's rows.
        recipe: Keys of the resolved recipes that differ.
        surroundings: Versions, kernels, encoder and data that differ.
        resources: Seconds, memory, speed, cost and energy.
        f1_by_label: F1 of each label; empty where the labels differ.
    """

    split: str
    runs: tuple[ComparedRun, ...]
    reference: int | None
    pairs: tuple[Pairing, ...]
    recipe: tuple[Line, ...]
    surroundings: tuple[Line, ...]
    resources: tuple[Line, ...]
    f1_by_label: tuple[Line, ...]

    @property
    def score_columns(self) -> dict[str, str]:
        """Names of the scores that any run has, as a person reads them; those that every run has always."""
        found = {name for run in self.runs for name in run.scores}
        return {name: shown for name, shown in SCORES.items() if name in found or not name.endswith("_leaked")}

    def __repr__(self) -> str:
        """The verdict, and a line for each run."""
        lines = [", ".join([f"run {run.number}: {run.path}", run.status, *self._scores_of(run)]) for run in self.runs]
        return "\n".join([f"Comparison on the {self.split} rows: {self.verdict}", *lines])

    def _scores_of(self, run: ComparedRun) -> list[str]:
        return [f"{shown} {with_interval(run.scores.get(name))}" for name, shown in self.score_columns.items()]

    def _repr_html_(self) -> str:
        """What a notebook shows: the verdict, the runs with their scores and intervals, a sentence for each pair."""
        rows = [
            [
                str(run.number),
                run.path,
                run.status,
                shown(run.rows),
                *(with_interval(run.scores.get(key)) for key in self.score_columns),
            ]
            for run in self.runs
        ]
        scores = table(["run", "folder", "status", "rows", *self.score_columns.values()], rows)
        return "".join([paragraph(self.verdict), scores, *(paragraph(pair.sentence) for pair in self.pairs)])

    @property
    def verdict(self) -> str:
        """The whole comparison in a sentence."""
        if not self.pairs:
            return self._why_unpaired
        better = [pair for pair in self.pairs if pair.is_significant and pair.accuracy.difference > 0]
        worse = [pair for pair in self.pairs if pair.is_significant and pair.accuracy.difference < 0]
        if better:
            best = max(better, key=lambda pair: pair.accuracy.difference)
            return _better(best.number, self.reference, best.accuracy.difference)
        if len(worse) == len(self.pairs) == 1:
            return _better(self.reference, worse[0].number, -worse[0].accuracy.difference)
        if len(worse) == len(self.pairs):
            return f"Run {self.reference} is better than all the others."
        rows = counted(self.runs[self.pairs[0].number - 1].rows or 0, f"{self.split} row")
        if worse:
            return f"On {rows}, no run is significantly better than run {self.reference}."
        if all(pair.accuracy.only_first == pair.accuracy.only_second == 0 for pair in self.pairs):
            return f"On {rows}, these runs are right on exactly the same ones."
        return f"On {rows}, the difference between these runs is not significant."

    @property
    def _why_unpaired(self) -> str:
        kept = sum(run.scores["accuracy"].low is not None for run in self.runs if "accuracy" in run.scores)
        if kept > 1:
            return "These runs were measured on different rows, so their scores can't be compared."
        return "Fewer than two of these runs kept their predictions, so a difference can't be tested for chance."


def _better(number: int | None, other: int | None, difference: float) -> str:
    return f"Run {number} is better than run {other}: its accuracy is {score_text(difference)} higher."


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


def with_interval(score: Score | None) -> str:
    """`0.9685 (0.9459 to 0.9865)`; a dash for a score that is not known."""
    if score is None:
        return "–"
    interval = "" if score.low is None or score.high is None else f" ({interval_text(score.low, score.high)})"
    return f"{score_text(score.value)}{interval}"
