"""What a run left, as far as it is of one of its heads: what the report of the head's task is made from."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from bert_tf.evaluation.predictions import Predictions
from bert_tf.report.contents import Contents
from bert_tf.report.measured import Measured, measured
from bert_tf.runs.run_metrics import SPLITS
from bert_tf.tasks.multitask.head_rows import head_rows
from bert_tf.tasks.multitask.heads import Head, figures_of, names_of, part_of


def head_contents(head: Head, heads: Sequence[Head], contents: Contents) -> Contents:
    """The contents of a run as if the head were all of its task, on the rows that have a label of it.

    Args:
        head: One of the heads.
        heads: All, in the order of the recipe.
        contents: Of the run.
    """
    splits = {split: own for split, rows in contents.splits.items() if len(own := _part(head, heads, rows))}
    data = dict(contents.facts.get("data", {}))
    own_data = data.pop("heads", {}).get(head.name, {})
    found = measured(splits, head.task.metrics(), max_tokens=contents.recipe["text"]["max_tokens"])
    return dataclasses.replace(
        contents,
        facts={**contents.facts, **part_of(head.name, contents.facts), "data": {**data, **own_data}},
        metrics={
            split: figures for split in SPLITS if (figures := figures_of(head.name, contents.metrics.get(split, {})))
        },
        measures=head.task.measures,
        splits=splits,
        found=found,
        explanations={}
        if contents.found is None
        else _explanations(head, heads, contents.found, contents.explanations),
        reference=None,
        baseline=None,
    )


def rows_to_explain(heads: Sequence[Head], found: Measured) -> dict[int, int]:
    """As of `TaskReport.rows_to_explain`: those of each head in turn, with targets one behind the other."""
    wanted: list[list[tuple[int, int]]] = []
    before = 0
    for head in heads:
        rows = found.rows
        own = head_rows(head.name, names_of(heads), rows.answers)
        of_head = measured({found.split: rows.part(own.has_label, own.answers)}, head.task.metrics(), max_tokens=0)
        targets = {} if of_head is None else head.task.report().rows_to_explain(of_head)
        wanted.append([(int(own.rows[place]), before + target) for place, target in targets.items()])
        before += len(head.task.serving(own.answers.facts).targets)
    chosen: dict[int, int] = {}
    for place in range(max(map(len, wanted), default=0)):
        for of_one in wanted:
            if place < len(of_one):
                chosen.setdefault(*of_one[place])
    return chosen


def _part(head: Head, heads: Sequence[Head], rows: Predictions) -> Predictions:
    own = head_rows(head.name, names_of(heads), rows.answers)
    return rows.part(own.has_label, own.answers)


def _explanations(
    head: Head, heads: Sequence[Head], found: Measured, explanations: Mapping[int, Mapping[str, Any]]
) -> dict[int, Mapping[str, Any]]:
    """Those of the head, by the places of its own rows."""
    own, front = head_rows(head.name, names_of(heads), found.rows.answers), f"{head.name}: "
    return {
        own.place_of(row): {**each, "target": each["target"].removeprefix(front)}
        for row, each in explanations.items()
        if each["target"].startswith(front) and own.has_label[row]
    }
