"""The parts of a report's page that tell of rankings of items."""

from collections.abc import Mapping
from typing import Any, Literal

from bert_tf.plurals import counted
from bert_tf.report.contents import Contents
from bert_tf.report.findings import Finding, length_findings
from bert_tf.report.measured import Measured
from bert_tf.report.page import render_part
from bert_tf.report.sections import Card, Section, Sections, Unlearned
from bert_tf.report.verdict import headline, headline_without_rows
from bert_tf.tasks.rank.measures import COVERAGE, NDCG_AT_10
from bert_tf.tasks.rank.ranking_table import AHEAD, SHOWN, parts_of, ranking_rows, verdicts
from bert_tf.tasks.rank.report_texts import texts

_PACKAGE = "bert_tf.tasks.rank"
_KINDS: Mapping[bool | None, Literal["note", "bad", "warning"]] = {True: "note", False: "bad", None: "warning"}


def sections(contents: Contents, found: Measured) -> Sections:
    """Everything on the page that needs the answers."""
    popular = found.metrics["rankings"][0]
    name = "ranking the most popular items first"
    score = popular[NDCG_AT_10.key]
    return Sections(
        headline(found, f"{name} would score {NDCG_AT_10.text(score)}"),
        cards=_cards(found),
        findings=_findings(found),
        results=[_rankings(found.metrics, found.split)],
        texts=texts(contents, found),
        words=("move the vector towards the item's own", "move it away"),
        unlearned=Unlearned(name, score),
    )


def sections_without_rows(contents: Contents) -> Sections:
    """What metrics.json has for the page."""
    metrics, split = contents.figures or {}, contents.measured_split or ""
    return Sections(headline_without_rows(metrics, split, NDCG_AT_10), results=[_rankings(metrics, split)])


def _cards(found: Measured) -> list[Card]:
    new = found.metrics["new_items"]
    of_new = NDCG_AT_10.text(new[NDCG_AT_10.key]) if new["examples"] else "–"
    return [
        Card("Items", f"{found.metrics['items']:,}", f"ranked for {counted(found.metrics['users'], 'user')}"),
        Card(
            "New items", of_new, f"{NDCG_AT_10.name} of {counted(new['examples'], 'event')} of items never trained on"
        ),
        Card("Coverage", COVERAGE.text(found.metrics[COVERAGE.key]), "share of items in the top 10 of any user"),
    ]


def _findings(found: Measured) -> list[Finding]:
    told = [Finding(_KINDS[better], text, "rankings") for better, text in verdicts(found.metrics)]
    metrics = found.metrics
    if metrics["cut_histories"]:
        many = counted(metrics["cut_histories"], "event")
        text = f"{many} with a history longer than rank.history: only the newest items of it are read."
        told.append(Finding("note", text, "rankings"))
    if metrics["without_history"]:
        text = f"{counted(metrics['without_history'], 'event')} without a history: their users get one ranking for all."
        told.append(Finding("note", text, "rankings"))
    return [*told, *length_findings(found)]


def _rankings(metrics: Mapping[str, Any], split: str) -> Section:
    parts = [
        {"title": title, "rows": list(ranking_rows(figures)), "verdicts": [text for _, text in verdicts(figures)]}
        for title, figures in parts_of(metrics)
    ]
    html = render_part(
        _PACKAGE,
        "rankings.html.j2",
        split=split,
        parts=parts,
        header=[*(measure.name for measure in SHOWN), AHEAD],
    )
    return Section("rankings", "Rankings", html)
