"""The parts of a report's page that tell of sets of labels."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bert_tf.report.contents import Contents
from bert_tf.report.figures.co_occurrence import co_occurrence, co_occurrence_counts, commonest_pairs, labels_to_show
from bert_tf.report.figures.precision_recall import precision_recall_curves
from bert_tf.report.measured import Measured
from bert_tf.report.page import render_part
from bert_tf.report.sections import Card, Section, Sections, Unlearned
from bert_tf.report.verdict import headline, headline_without_rows
from bert_tf.scores import score_text
from bert_tf.tasks.multilabel.measured_sets import MeasuredSets, measured_sets
from bert_tf.tasks.multilabel.measures import LOG_LOSS, MACRO_F1, MEAN_AVERAGE_PRECISION, SHARES
from bert_tf.tasks.multilabel.report_findings import measured_findings
from bert_tf.tasks.multilabel.report_texts import texts

_PACKAGE = "bert_tf.tasks.multilabel"
_FIGURES = {**SHARES, "support": "rows", "selected": "selected"}


def sections(contents: Contents, found: Measured) -> Sections:
    """Everything on the page that needs the answers."""
    own = measured_sets(contents, found)
    unlearned = Unlearned("giving every text every label", own.baseline)
    return Sections(
        headline(found, f"{unlearned.name} would score {score_text(unlearned.score)}"),
        cards=_cards(own),
        findings=measured_findings(own),
        results=[_labels(found.metrics, found.split, own), *_together(own)],
        texts=texts(contents, own),
        words=("support the label", "speak against it"),
        unlearned=unlearned,
    )


def sections_without_rows(contents: Contents) -> Sections:
    """What metrics.json has for the page."""
    metrics, split = contents.figures or {}, contents.measured_split or ""
    return Sections(headline_without_rows(metrics, split, MACRO_F1), results=[_labels(metrics, split, None)])


def _cards(own: MeasuredSets) -> list[Card]:
    metrics = own.found.metrics
    per_class = {name: figures for name, figures in metrics["per_class"].items() if figures["support"]}
    weakest = min(per_class, key=lambda name: per_class[name]["f1"], default="")
    cards = [Card("Weakest label", score_text(per_class[weakest]["f1"]), f"F1 of “{weakest}”")] if weakest else []
    return [
        *cards,
        Card(
            "Mean average precision",
            score_text(metrics[MEAN_AVERAGE_PRECISION.key]),
            "over labels, at all thresholds",
        ),
        Card(
            "Labels of a text",
            f"{own.selected.sum(1).mean():.2f}",
            f"on average; expected {own.expected.sum(1).mean():.2f}",
        ),
        Card("Log loss", score_text(metrics[LOG_LOSS.key]), "nats per label; 0 is perfect"),
    ]


def _labels(metrics: Mapping[str, Any], split: str, own: MeasuredSets | None) -> Section:
    per_class = metrics["per_class"]
    rows = [
        {"label": name, "figures": [-1.0 if figures[key] is None else figures[key] for key in _FIGURES]}
        for name, figures in sorted(per_class.items(), key=lambda pair: pair[1]["f1"])
    ]
    curves = (
        precision_recall_curves(own.expected, own.probabilities, own.label_names)
        if own and own.expected.any()
        else None
    )
    html = render_part(
        _PACKAGE,
        "labels.html.j2",
        split=split,
        columns=["label", *_FIGURES.values()],
        per_class=rows,
        precision_recall=curves,
    )
    return Section("labels", "Labels", html)


def _together(own: MeasuredSets) -> Sequence[Section]:
    """Nothing where no row has a label."""
    if not own.expected.any():
        return []
    names, missed = own.label_names, own.missed
    counts, pairs_missed = co_occurrence_counts(own.expected), commonest_pairs(co_occurrence_counts(missed))
    html = render_part(
        _PACKAGE,
        "together.html.j2",
        split=own.found.split,
        matrix=co_occurrence(own.expected, names),
        labels_drawn=len(labels_to_show(own.expected)),
        label_names=names,
        pairs=commonest_pairs(counts),
        missed=[(one, other, rows, int(counts[one, other])) for one, other, rows in pairs_missed],
        instead=_instead(missed, own.too_many, own.expected),
    )
    return [Section("together", "Labels together", html)]


def _instead(
    missed: np.ndarray, too_many: np.ndarray, expected: np.ndarray, *, most: int = 20
) -> list[tuple[int, int, int, float]]:
    """A label that was missed, one that was given instead, rows, and their share of the first one's rows."""
    counts = missed.astype(np.int64).T @ too_many.astype(np.int64)
    order = np.argsort(-counts, axis=None, kind="stable")[:most]
    pairs = zip(*np.unravel_index(order, counts.shape), strict=True)
    return [
        (int(one), int(other), int(counts[one, other]), float(counts[one, other] / expected[:, one].sum()))
        for one, other in pairs
        if counts[one, other]
    ]
