"""A model's scores beside those of its baselines: a bag of words, and what learns nothing."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from bert_tf.measures import Measure
from bert_tf.report.contents import Contents
from bert_tf.report.measured import Measured, Score
from bert_tf.report.page import render_part
from bert_tf.report.sections import Section, Unlearned

_PACKAGE = "bert_tf.report"


def baselines_section(
    contents: Contents, found: Measured, unlearned: Unlearned | None, *, sentence: str
) -> Section | None:
    """The table; None for a run without a baseline that it can be compared with.

    Args:
        contents: What the run left.
        found: Its measured split.
        unlearned: What always gives the same answer.
        sentence: On the difference from the baseline.
    """
    baseline = contents.baseline
    if baseline is None or baseline.paired is None:
        return None
    measures = found.measures
    rows = [
        ("this model", contents.recipe["model"]["encoder"], _scores(found.scores, measures)),
        ("bag of words", f"{baseline.encoder}, {baseline.run}", _scores(baseline.scores, measures)),
    ]
    if unlearned is not None:
        constant = {found.judged_by.key: unlearned.score}
        rows.append((unlearned.name, "learns nothing", [_constant(constant, measure) for measure in measures]))
    html: Markup = render_part(
        _PACKAGE,
        "baselines.html.j2",
        split=found.split,
        texts=len(found.rows),
        measures=[measure.name for measure in measures],
        rows=rows,
        sentence=sentence,
    )
    return Section("baselines", "Baselines", html)


def _scores(scores: Mapping[str, Score], measures: Sequence[Measure]) -> list[str]:
    return [
        f"{measure.text(score.value)} ({measure.interval_text(score.low, score.high)})"
        for measure in measures
        for score in [scores[measure.key]]
    ]


def _constant(scores: Mapping[str, float], measure: Measure) -> str:
    return measure.text(scores[measure.key]) if measure.key in scores else "–"
