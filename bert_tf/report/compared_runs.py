"""What a comparison of runs holds: the runs, their scores, and the rows on which two of them differ."""

from dataclasses import dataclass, field
from typing import Any

from bert_tf.evaluation.paired import Paired
from bert_tf.measures import Measure
from bert_tf.report.paired_words import PairedWords, is_significant


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
        task: Its name; empty where it isn't known.
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
    task: str = ""


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
class ComparedRuns:
    """Runs side by side.

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
