"""What a run left on the disk, read, for its report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bert_tf.evaluation.predictions import Predictions
from bert_tf.measures import Measure, find_measure
from bert_tf.report.measured import Measured
from bert_tf.report.verdict import Reference
from bert_tf.runs.run_metrics import measured_split


@dataclass(frozen=True, eq=False)
class Contents:
    """A run, as far as it came.

    Attributes:
        path: Its folder.
        recipe_toml: Resolved, as it was written.
        recipe: The same, as values by table and key.
        facts: run.json.
        status: Of the run.
        metrics: metrics.json; empty where nothing was measured.
        epochs: Losses and scores of each finished epoch, as in metrics.json.
        measures: That its task has.
        splits: Answers on "validation" and "test", as far as they were kept.
        missing: Why there are none, and what to do about it; empty where they are there.
        found: What was computed from them whatever they are; None without any.
        explanations: By row, as dicts.
        unexplained: A sentence on why some are missing; empty where none are.
        reference: The run that the recipe names; None where it names none.
        baseline: The bag of words that was trained beside it; None where none was.
    """

    path: str
    recipe_toml: str
    recipe: Mapping[str, Any]
    facts: Mapping[str, Any]
    status: str
    metrics: Mapping[str, Any]
    epochs: Sequence[Mapping[str, float]]
    measures: Sequence[Measure]
    splits: Mapping[str, Predictions]
    missing: str
    found: Measured | None
    explanations: Mapping[int, Mapping[str, Any]]
    unexplained: str
    reference: Reference | None
    baseline: Reference | None = None

    @property
    def measured_split(self) -> str | None:
        """The split that the page shows: of the answers, else of the scores."""
        return self.found.split if self.found else measured_split(self.metrics)

    @property
    def figures(self) -> Mapping[str, Any] | None:
        """What metrics.json says of that split; None where nothing was measured."""
        if self.found:
            return self.found.metrics
        return self.metrics[self.measured_split] if self.measured_split else None

    @property
    def kept_epoch(self) -> int | None:
        """The epoch, from 1, whose weights the recipe's monitor chose; None where no epoch is done."""
        monitor = find_measure(self.recipe["training"]["monitor"], self.measures)
        values = [monitor.of_epoch(epoch, prefix="val_") for epoch in self.epochs]
        ranks = [monitor.rank(value) for value in values if value is not None]
        return ranks.index(min(ranks)) + 1 if ranks else len(self.epochs) or None
