"""The parts of a report's page that tell of entities."""

from collections.abc import Mapping
from typing import Any

from bert_tf.report.contents import Contents
from bert_tf.report.figures.confusion_matrix import confusion_matrix, labels_to_draw, most_confused
from bert_tf.report.measured import Measured
from bert_tf.report.page import render_part
from bert_tf.report.sections import Card, Section, Sections, Unlearned
from bert_tf.report.verdict import headline, headline_without_rows
from bert_tf.scores import score_text
from bert_tf.tasks.tag.entity_errors import KINDS
from bert_tf.tasks.tag.measured_entities import MeasuredEntities, Recall, measured_entities
from bert_tf.tasks.tag.measures import MICRO_F1
from bert_tf.tasks.tag.report_findings import entity_findings
from bert_tf.tasks.tag.report_texts import texts

_PACKAGE = "bert_tf.tasks.tag"
_FIGURES = {"precision": "precision", "recall": "recall", "f1": "F1", "support": "entities", "predicted": "predicted"}
_NONE = "(none)"


def sections(contents: Contents, found: Measured) -> Sections:
    """Everything on the page that needs the answers."""
    own = measured_entities(found)
    unlearned = Unlearned("finding nothing", 0.0)
    return Sections(
        headline(found, f"{unlearned.name} would score 0"),
        cards=_cards(own),
        findings=entity_findings(own),
        results=[_types(found.metrics, found.split), _errors(own)],
        texts=texts(contents, own),
        words=("support an entity of the type", "speak against it"),
        unlearned=unlearned,
    )


def sections_without_rows(contents: Contents) -> Sections:
    """What metrics.json has for the page."""
    metrics, split = contents.figures or {}, contents.measured_split or ""
    return Sections(headline_without_rows(metrics, split, MICRO_F1), results=[_types(metrics, split)])


def _cards(own: MeasuredEntities) -> list[Card]:
    per_type = {name: figures for name, figures in own.found.metrics["per_class"].items() if figures["support"]}
    weakest = min(per_type, key=lambda name: per_type[name]["f1"], default="")
    weak = [Card("Weakest type", score_text(per_type[weakest]["f1"]), f"F1 of “{weakest}”")] if weakest else []
    rows = own.rows
    return [
        *weak,
        Card("Entities", f"{len(rows.expected.rows):,}", f"expected; {len(rows.predicted.rows):,} are predicted"),
        Card("Recall of unseen entities", _share(own.unseen), "of entities that no training row has"),
    ]


def _share(recall: Recall) -> str:
    return "–" if recall.share is None else score_text(recall.share)


def _types(metrics: Mapping[str, Any], split: str) -> Section:
    rows = [
        {"type": name, "figures": [figures[key] for key in _FIGURES]}
        for name, figures in sorted(metrics["per_class"].items(), key=lambda pair: pair[1]["f1"])
    ]
    columns = ["type", *_FIGURES.values()]
    html = render_part(_PACKAGE, "types.html.j2", split=split, columns=columns, per_type=rows)
    return Section("types", "Types", html)


def _errors(own: MeasuredEntities) -> Section:
    names, errors = [*own.rows.types, _NONE], own.errors
    kinds = [(name, int(count), count / max(errors.total, 1)) for name, count in zip(KINDS, errors.counts, strict=True)]
    html = render_part(
        _PACKAGE,
        "errors.html.j2",
        split=own.found.split,
        kinds=kinds,
        recalls=[("seen in training", own.seen, _share(own.seen)), ("unseen", own.unseen, _share(own.unseen))],
        confusion=confusion_matrix(errors.confusion, names),
        drawn=len(labels_to_draw(errors.confusion)),
        names=names,
        confused=most_confused(errors.confusion),
        words=own.words,
    )
    return Section("errors", "Errors", html)
