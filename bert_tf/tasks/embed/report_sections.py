"""The parts of a report's page that tell of rankings."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bert_tf.plurals import counted
from bert_tf.report.contents import Contents
from bert_tf.report.figures.drawing import SERIES, short
from bert_tf.report.figures.match_scores import match_scores
from bert_tf.report.figures.text_map import text_map
from bert_tf.report.findings import Finding, length_findings
from bert_tf.report.measured import Measured
from bert_tf.report.page import render_part
from bert_tf.report.sections import Card, Section, Sections, Unlearned
from bert_tf.report.verdict import headline, headline_without_rows
from bert_tf.tasks.embed.measures import RECALL_AT_1, RECALL_AT_5
from bert_tf.tasks.embed.recall_table import SHOWN, named_parts
from bert_tf.tasks.embed.report_texts import texts
from bert_tf.tasks.embed.stored_texts import BY_LABEL, first_texts

_PACKAGE = "bert_tf.tasks.embed"
_RANKS = ((1, 1), (2, 5), (6, 10), (11, 100), (101, None))


def sections(contents: Contents, found: Measured) -> Sections:
    """Everything on the page that needs the answers."""
    baseline = found.metrics["baseline"]
    chance = f"ranking the {counted(baseline['texts'], 'text')} at random"
    return Sections(
        headline(found, f"{chance} would score {RECALL_AT_1.text(baseline[RECALL_AT_1.key])}"),
        cards=_cards(found),
        findings=_findings(contents, found),
        results=[_ranks(found), _map(found)],
        texts=texts(contents, found),
        words=("move the vector towards the text's own", "move it away"),
        unlearned=Unlearned(chance, baseline[RECALL_AT_1.key]),
    )


def sections_without_rows(contents: Contents) -> Sections:
    """What metrics.json has for the page."""
    metrics, split = contents.figures or {}, contents.measured_split or ""
    html = render_part(_PACKAGE, "ranks.html.j2", split=split, ranks=None, **_measures(metrics))
    return Sections(headline_without_rows(metrics, split, RECALL_AT_1), results=[Section("ranks", "Ranks", html)])


def _cards(found: Measured) -> list[Card]:
    lead = found.rows.answers.outputs["score"] - found.rows.answers.outputs["wrong_score"]
    ranked = "rows, each ranked for all others" if _by_label(found) else "rows"
    return [
        Card(
            "Texts to find", f"{found.metrics['baseline']['texts']:,}", f"different ones of the {found.split} {ranked}"
        ),
        Card(RECALL_AT_5.name, RECALL_AT_5.text(found.metrics[RECALL_AT_5.key]), "matching text in the top 5"),
        Card("Lead", f"{float(np.median(lead)):+.3f}", "median cosine of the matching text minus the nearest other's"),
    ]


def _findings(contents: Contents, found: Measured) -> list[Finding]:
    told = []
    if found.score.low <= found.metrics["baseline"][RECALL_AT_1.key]:
        told.append(Finding("bad", "The model is not significantly better than ranking at random.", "ranks"))
    cut = contents.facts.get("truncated_texts_to_find", {}).get(found.split, 0)
    if cut:
        text = f"{counted(cut, 'text')} to find {'is' if cut == 1 else 'are'} cut at text.max_tokens."
        told.append(Finding("note", text, "lengths"))
    return [*told, *length_findings(found)]


def _ranks(found: Measured) -> Section:
    answers = found.rows.answers
    ranks = answers.outputs["rank"]
    html = render_part(
        _PACKAGE,
        "ranks.html.j2",
        split=found.split,
        ranks=[
            {"rank": _range_text(low, high), "rows": f"{count:,}", "share": f"{count / len(ranks):.1%}"}
            for low, high in _RANKS
            for count in [int(((ranks >= low) & (ranks <= (high or ranks.max(initial=low)))).sum())]
        ],
        by_label=_by_label(found),
        scores=match_scores(answers.outputs["score"], answers.outputs["wrong_score"]),
        **_measures(found.metrics),
    )
    return Section("ranks", "Ranks", html)


def _map(found: Measured) -> Section:
    answers = found.rows.answers
    is_hit = answers.outputs["rank"] == 1
    if _by_label(found):
        groups, coloured = _largest_labels(first_texts(answers.expected)), "label"
    else:
        groups, coloured = (
            {"matching text first": is_hit, "another text first": ~is_hit},
            "whether the matching text is ranked first",
        )
    figure = text_map(answers.outputs["map"], groups)
    html = render_part(_PACKAGE, "map.html.j2", split=found.split, figure_of_map=figure, coloured=coloured)
    return Section("map", "Map", html)


def _largest_labels(labels: Sequence[str]) -> dict[str, np.ndarray]:
    """Which rows have each of the labels that most rows have, and which have another one."""
    of_rows = np.array(labels)
    names, counts = np.unique(of_rows, return_counts=True)
    most = names[np.argsort(-counts, kind="stable")][: len(SERIES)]
    groups = {short(str(name)): of_rows == name for name in most}
    rest = ~np.isin(of_rows, most)
    return {**groups, **({"other labels": rest} if rest.any() else {})}


def _by_label(found: Measured) -> bool:
    return bool(found.rows.answers.facts.get(BY_LABEL))


def _range_text(low: int, high: int | None) -> str:
    if high is None:
        return f"{low:,} or worse"
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _measures(metrics: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "measures": [measure.name for measure in SHOWN],
        "parts": [
            {"name": name, "figures": [measure.text(figures[measure.key]) for measure in SHOWN]}
            for name, figures in named_parts(metrics)
        ],
    }
