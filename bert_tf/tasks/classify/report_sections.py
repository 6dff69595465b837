"""The parts of a report's page that tell of single labels."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from markupsafe import Markup

from bert_tf.evaluation.average_precision import average_precisions
from bert_tf.report.contents import Contents
from bert_tf.report.figures.calibration_curve import reliability_diagram
from bert_tf.report.figures.confusion_matrix import confusion_matrix, labels_to_draw, most_confused
from bert_tf.report.figures.precision_recall import precision_recall_curves
from bert_tf.report.measured import Measured
from bert_tf.report.page import render_part
from bert_tf.report.sections import Card, Section, Sections, Unlearned
from bert_tf.report.verdict import headline, headline_without_rows
from bert_tf.scores import score_text
from bert_tf.tasks.classify.measured_labels import MeasuredLabels, measured_labels
from bert_tf.tasks.classify.measures import ACCURACY, LOG_LOSS
from bert_tf.tasks.classify.report_findings import measured_findings
from bert_tf.tasks.classify.report_texts import doubtful_labels, label_errors, texts

_PACKAGE = "bert_tf.tasks.classify"
_LABEL_ERRORS = 20
_COLUMNS = (("label", False), ("precision", True), ("recall", True), ("F1", True), ("rows", True))


def sections(contents: Contents, found: Measured) -> Sections:
    """Everything on the page that needs the answers."""
    own = measured_labels(contents, found)
    # The doubts of a model that learnt nothing say something of the model, not of the labels.
    errors = label_errors(contents.splits) if own.is_better_than_majority else []
    held_out = sum(map(len, contents.splits.values()))
    unlearned = Unlearned(f"always predicting “{own.majority.label}”", own.majority.accuracy)
    return Sections(
        headline(found, f"{unlearned.name} would score {score_text(unlearned.score)}"),
        cards=_cards(own),
        findings=measured_findings(own, label_errors=len(errors), held_out=held_out),
        results=[_labels(found.metrics, found.split, own)],
        texts=texts(contents, own),
        words=("support the predicted label", "speak against it"),
        details=[_calibration(own)],
        unlearned=unlearned,
        of_data=render_part(
            _PACKAGE,
            "label_errors.html.j2",
            found=own,
            label_errors=errors[:_LABEL_ERRORS],
            label_errors_count=len(errors),
            doubtful_labels=doubtful_labels(errors),
            held_out=held_out,
        ),
    )


def sections_without_rows(contents: Contents) -> Sections:
    """What metrics.json has for the page."""
    metrics, split = contents.figures or {}, contents.measured_split or ""
    return Sections(headline_without_rows(metrics, split, ACCURACY), results=[_labels(metrics, split, None)])


def _cards(own: MeasuredLabels) -> list[Card]:
    metrics = own.found.metrics
    per_class = {name: figures for name, figures in metrics["per_class"].items() if figures["support"]}
    weakest = min(per_class, key=lambda name: per_class[name]["f1"])
    scaled = f"; {score_text(own.scaled.error)} after temperature scaling" if own.scaled else ""
    return [
        Card("Weakest label", score_text(per_class[weakest]["f1"]), f"F1 of “{weakest}”"),
        Card(
            "Calibration error",
            score_text(own.reliability.error),
            f"mean gap between confidence and accuracy{scaled}",
        ),
        Card("Log loss", score_text(metrics[LOG_LOSS.key]), "nats per text; 0 is perfect"),
    ]


def _labels(metrics: Mapping[str, Any], split: str, own: MeasuredLabels | None) -> Section:
    names, counts = list(metrics["per_class"]), np.array(metrics["confusion_matrix"])
    extra = average_precisions(own.is_label, own.probabilities) if own else None
    rows = []
    for index, (name, figures) in enumerate(metrics["per_class"].items()):
        values = [figures["precision"], figures["recall"], figures["f1"], figures["support"]]
        if extra is not None:
            values.append(-1.0 if np.isnan(extra[index]) else float(extra[index]))
        rows.append({"label": name, "figures": values})
    html = render_part(
        _PACKAGE,
        "labels.html.j2",
        split=split,
        found=own,
        label_names=names,
        confusion=confusion_matrix(counts, names, linked=own is not None),
        labels_drawn=len(labels_to_draw(counts)),
        confused=most_confused(counts),
        columns=[*_COLUMNS, *([("average precision", True)] if own else [])],
        per_class=sorted(rows, key=lambda row: row["figures"][2]),
    )
    return Section("labels", "Labels", html)


def _calibration(own: MeasuredLabels) -> Section:
    curves = {"as trained": own.reliability, **({"scaled": own.scaled} if own.scaled else {})}
    html: Markup = render_part(
        _PACKAGE,
        "calibration.html.j2",
        label_names=own.label_names,
        reliability=reliability_diagram(curves),
        reliability_caption=_reliability_caption(own),
        precision_recall=precision_recall_curves(own.is_label, own.probabilities, own.label_names),
    )
    return Section("confidence", "Calibration", html)


def _reliability_caption(own: MeasuredLabels) -> str:
    drawn = (
        "Accuracy against confidence in ten bins, each with its number of texts. On the dotted line, a probability of "
        "0.8 means right 8 times out of 10. "
    )
    if own.temperature is None:
        return drawn + "Temperature scaling is not shown: it needs validation rows as well as test rows."
    return (
        drawn + f"Scaled: logits divided by a temperature of {own.temperature:.2f}, fitted on the validation rows and "
        "shown on the test rows. The exported model is not scaled; the predicted labels are the same either way."
    )
