"""`report.html` of a run: what its template shows, from what the run left."""

import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bert_tf.evaluation.confidence import least_confident_hits, most_confident_mistakes
from bert_tf.evaluation.label_errors import likely_label_errors
from bert_tf.evaluation.predictions import Predictions
from bert_tf.evaluation.scores_by_length import accuracy_by_length
from bert_tf.report.contents import Contents
from bert_tf.report.figures.calibration_curve import reliability_diagram
from bert_tf.report.figures.confusion_matrix import confusion_matrix, labels_to_draw, most_confused
from bert_tf.report.figures.learning import learning_curves
from bert_tf.report.figures.precision_recall import average_precisions, precision_recall_curves
from bert_tf.report.figures.text_lengths import length_histogram, score_by_length
from bert_tf.report.findings import findings
from bert_tf.report.measured import Measured, Score, probabilities_of
from bert_tf.report.page import render_page
from bert_tf.report.rows_to_take import all_mistakes, doubtful_labels
from bert_tf.report.run_facts import machine_facts, run_facts
from bert_tf.report.shown_examples import make_examples
from bert_tf.report.verdict import Verdict, against_reference, headline, headline_without_rows, unfinished
from bert_tf.scores import interval_text, score_text

_EXAMPLES = 10  # of each kind
_LABEL_ERRORS = 20
_COLUMNS = (("label", False), ("precision", True), ("recall", True), ("F1", True), ("rows", True))


def rows_to_read(found: Measured) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the most confident mistakes and of the least confident hits, int64 [≤ 10] each."""
    labels, probabilities = found.rows.labels, found.probabilities
    return (
        most_confident_mistakes(labels, probabilities, most=_EXAMPLES),
        least_confident_hits(labels, probabilities, most=_EXAMPLES),
    )


def run_page(contents: Contents) -> str:
    """The HTML of a run's report; of an unfinished run, what there is."""
    return judged_page(contents)[0]


def judged_page(contents: Contents) -> tuple[str, Verdict]:
    """The same, and the verdict that stands on it."""
    found, max_tokens = contents.found, contents.recipe["text"]["max_tokens"]
    split = found.split if found else next((name for name in ("test", "validation") if name in contents.metrics), "")
    metrics = found.metrics if found else contents.metrics.get(split)
    values: dict[str, Any] = {
        **_heading(contents, metrics, split),
        "found": found,
        "split": split,
        "metrics": metrics,
        "max_tokens": max_tokens,
        "explained": bool(contents.explanations),
        "unexplained": contents.unexplained,
        "data": _data(contents.facts.get("data")),
        "learning": learning_curves(contents.epochs, kept=contents.kept_epoch) if contents.epochs else None,
        "run_facts": run_facts(contents.facts, status=contents.status, kept_epoch=contents.kept_epoch),
        "machine_facts": machine_facts(contents.facts.get("machine", {})),
        "version_facts": list(contents.facts.get("versions", {}).items()),
    }
    if metrics:
        values |= _labels(metrics, found)
    if found:
        values |= _answers(contents, found, max_tokens)
    verdict = Verdict(values["headline"], tuple(values["lead"]), tuple(values["findings"]))
    return render_page("report.html.j2", **values), verdict


def _heading(contents: Contents, metrics: Mapping[str, Any] | None, split: str) -> dict[str, Any]:
    path = pathlib.PurePath(contents.path)
    lead = [contents.missing] if contents.missing else []
    if contents.found:
        title = headline(contents.found)
        if contents.reference:
            lead.append(against_reference(contents.reference))
    elif metrics:
        title = headline_without_rows(metrics, split)
    else:
        epochs = contents.recipe["training"]["epochs"]
        title = unfinished(contents.status, epochs_done=len(contents.epochs), epochs=epochs)
    return {
        "name": f"{path.parent.name} {path.name}",
        "path": contents.path,
        "description": contents.recipe.get("description", ""),
        "recipe_toml": contents.recipe_toml,
        "version": contents.facts.get("versions", {}).get("bert_tf", ""),
        "headline": title,
        "lead": lead,
        "cards": _cards(contents.found) if contents.found else [],
        "findings": [],
    }


def _scores(found: Measured) -> Sequence[tuple[str, Score]]:
    """Each score, and where texts appear in the training set too, the same without them."""
    scores = (
        ("Accuracy", found.accuracy),
        ("Accuracy without leaked texts", found.accuracy_without_leaked),
        ("Macro F1", found.macro_f1),
        ("Macro F1 without leaked texts", found.macro_f1_without_leaked),
    )
    return [(name, score) for name, score in scores if score is not None]


def _cards(found: Measured) -> list[dict[str, str]]:
    per_class = {name: figures for name, figures in found.metrics["per_class"].items() if figures["support"]}
    weakest = min(per_class, key=lambda name: per_class[name]["f1"])
    kind = "bootstrap" if 0 < found.accuracy.value < 1 else "Wilson"
    weakest_f1 = score_text(per_class[weakest]["f1"])
    scaled = f"; {score_text(found.scaled.error)} after temperature scaling" if found.scaled else ""
    return [
        *(
            {"name": name, "value": score_text(score.value), "note": f"{_interval(score)}, 95% {kind} interval"}
            for name, score in _scores(found)
        ),
        {"name": "Weakest label", "value": weakest_f1, "note": f"F1 of “{weakest}”"},
        {
            "name": "Calibration error",
            "value": score_text(found.reliability.error),
            "note": f"mean gap between confidence and accuracy{scaled}",
        },
        {"name": "Log loss", "value": score_text(found.metrics["log_loss"]), "note": "nats per text; 0 is perfect"},
        {
            "name": "Truncated texts",
            "value": f"{found.metrics['truncated_share']:.0%}",
            "note": "longer than the model reads",
        },
    ]


def _interval(score: Score) -> str:
    return interval_text(score.low, score.high)


def _labels(metrics: Mapping[str, Any], found: Measured | None) -> dict[str, Any]:
    names, counts = list(metrics["per_class"]), np.array(metrics["confusion_matrix"])
    extra = average_precisions(found.rows.labels, found.probabilities) if found else None
    rows = []
    for index, (name, figures) in enumerate(metrics["per_class"].items()):
        values = [figures["precision"], figures["recall"], figures["f1"], figures["support"]]
        if extra is not None:
            values.append(-1.0 if np.isnan(extra[index]) else float(extra[index]))
        rows.append({"label": name, "figures": values})
    return {
        "label_names": names,
        "confusion": confusion_matrix(counts, names, linked=found is not None),
        "labels_drawn": len(labels_to_draw(counts)),
        "confused": most_confused(counts),
        "columns": [*_COLUMNS, *([("average precision", True)] if found else [])],
        "per_class": sorted(rows, key=lambda row: row["figures"][2]),
    }


def _answers(contents: Contents, found: Measured, max_tokens: int) -> dict[str, Any]:
    rows, probabilities = found.rows, found.probabilities
    mistakes, hits = rows_to_read(found)
    groups = accuracy_by_length(found.predicted == rows.labels, rows.lengths)
    # The doubts of a model that learnt nothing say something of the model, not of the labels.
    errors = _label_errors(contents.splits) if found.is_better_than_majority else []
    held_out = sum(map(len, contents.splits.values()))
    curves = {"as trained": found.reliability, **({"scaled": found.scaled} if found.scaled else {})}
    return {
        "findings": findings(
            found,
            encoder=contents.recipe["model"]["encoder"],
            data=contents.facts.get("data", {}),
            groups=groups,
            label_errors=len(errors),
            held_out=held_out,
        ),
        "mistakes": make_examples(rows, probabilities, mistakes, contents.explanations),
        "hits": make_examples(rows, probabilities, hits, contents.explanations),
        "reliability": reliability_diagram(curves),
        "reliability_caption": _reliability_caption(found),
        "precision_recall": precision_recall_curves(rows.labels, probabilities, rows.label_names),
        "length_histogram": length_histogram(rows.lengths, max_tokens=max_tokens),
        "score_by_length": score_by_length(groups),
        "all_mistakes": all_mistakes(found),
        "label_errors": errors[:_LABEL_ERRORS],
        "doubtful_labels": doubtful_labels(errors),
        "label_errors_count": len(errors),
        "held_out": held_out,
    }


def _reliability_caption(found: Measured) -> str:
    drawn = (
        "Accuracy against confidence in ten bins, each with its number of texts. On the dotted line, a probability of "
        "0.8 means right 8 times out of 10. "
    )
    if found.temperature is None:
        return drawn + "Temperature scaling is not shown: it needs validation rows as well as test rows."
    return (
        drawn
        + f"Scaled: logits divided by a temperature of {found.temperature:.2f}, fitted on the validation rows and "
        "shown on the test rows. The exported model is not scaled; the predicted labels are the same either way."
    )


def _label_errors(splits: Mapping[str, Predictions]) -> list[dict[str, Any]]:
    """Rows of all splits whose label is likely wrong, most likely first."""
    filled = {name: rows for name, rows in splits.items() if len(rows)}
    probabilities = np.concatenate([probabilities_of(rows) for rows in filled.values()])
    labels = np.concatenate([rows.labels for rows in filled.values()])
    places = [(name, row) for name, rows in filled.items() for row in range(len(rows))]
    return [
        {
            "split": places[index][0],
            "place": filled[places[index][0]].place(places[index][1]),
            "label": filled[places[index][0]].label_names[labels[index]],
            "predicted": filled[places[index][0]].label_names[probabilities[index].argmax()],
            "confidence": float(probabilities[index].max()),
            "text": filled[places[index][0]].text(places[index][1]),
        }
        for index in likely_label_errors(labels, probabilities)
    ]


def _data(data: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if not data:
        return None
    splits: Sequence[dict[str, Any]] = [
        {
            "name": name,
            "rows": rows,
            "leaked": data["leakage"].get(name),
            "skipped": sum(cause["rows"] for cause in data["bad_rows"] if cause["split"] == name),
        }
        for name, rows in data["rows"].items()
    ]
    return {"splits": splits, "duplicates": data["duplicates"]}
