"""The parts of a report's page that tell of numbers."""

from collections.abc import Mapping
from typing import Any

from bert_tf.report.contents import Contents
from bert_tf.report.figures.number_errors import (
    MOST_POINTS,
    error_histogram,
    errors_by_size,
    predicted_against_expected,
)
from bert_tf.report.measured import Measured
from bert_tf.report.page import render_part
from bert_tf.report.sections import Card, Section, Sections, Unlearned
from bert_tf.report.verdict import headline, headline_without_rows
from bert_tf.scores import number_text, range_text, signed_text
from bert_tf.tasks.regress.measures import MAE
from bert_tf.tasks.regress.metrics import numbers_of
from bert_tf.tasks.regress.report_findings import number_findings
from bert_tf.tasks.regress.report_texts import texts

_PACKAGE = "bert_tf.tasks.regress"


def sections(contents: Contents, found: Measured) -> Sections:
    """Everything on the page that needs the answers."""
    baseline = found.metrics["baseline"]
    mean = f"always predicting {number_text(baseline['value'], baseline['std'])}, the mean of the training labels"
    return Sections(
        headline(found, f"{mean}, would have {MAE.text(baseline['mae'])}"),
        cards=_cards(found),
        findings=number_findings(found),
        results=[_errors(found)],
        texts=texts(contents, found),
        words=("support a larger number", "support a smaller one"),
        unlearned=Unlearned(mean, baseline["mae"]),
    )


def sections_without_rows(contents: Contents) -> Sections:
    """What metrics.json has for the page."""
    metrics, split = contents.figures or {}, contents.measured_split or ""
    html = render_part(_PACKAGE, "label_ranges.html.j2", split=split, found=None, rows=_rows(metrics))
    return Sections(headline_without_rows(metrics, split, MAE), results=[Section("errors", "Errors", html)])


def _cards(found: Measured) -> list[Card]:
    expected, values = numbers_of(found.rows.answers)
    baseline = found.metrics["baseline"]
    bias = signed_text(float((values - expected).mean()), baseline["std"])
    return [
        Card("Baseline", MAE.text(baseline["mae"]), f"{MAE.name} of always predicting the mean of the training labels"),
        Card("Bias", bias, "mean of predicted minus expected"),
    ]


def _errors(found: Measured) -> Section:
    expected, values = numbers_of(found.rows.answers)
    rows = len(expected)
    html = render_part(
        _PACKAGE,
        "label_ranges.html.j2",
        split=found.split,
        found=found,
        rows=_rows(found.metrics),
        scatter=predicted_against_expected(expected, values, unlearned=found.metrics["baseline"]["value"]),
        drawn=f" Of {rows:,} rows, {MOST_POINTS:,} drawn at random are shown." if rows > MOST_POINTS else "",
        by_size=errors_by_size(found.metrics["by_label_range"]),
        histogram=error_histogram(values - expected),
    )
    return Section("errors", "Errors", html)


def _rows(metrics: Mapping[str, Any]) -> list[dict[str, str]]:
    deviation = metrics["baseline"]["std"]
    return [
        {
            "label": range_text(part["from"], part["to"], deviation),
            "mae": MAE.text(part["mae"]),
            "bias": signed_text(part["bias"], deviation),
            "rows": f"{part['rows']:,}",
        }
        for part in metrics["by_label_range"]
    ]
