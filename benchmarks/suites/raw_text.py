"""Inference from raw text: tokenizing, batching, the model. News articles, and tweets."""

from typing import Any, NamedTuple

from benchmarks import roster
from benchmarks.contest import Contestant, contest
from benchmarks.report import contest_report
from benchmarks.rows import count_rows, keep_rows, write_rows
from benchmarks.settings import Settings

_BATCH = 32
_WHOLE = {"data.validation": None, "data.test": None}


class Corpus(NamedTuple):
    """Texts of a recipe: so many rows of them at most, cut to so many tokens."""

    name: str
    recipe: str
    labels: int
    max_tokens: int
    rows: int


BBC_NEWS = Corpus("BBC News", "bbc-news", labels=5, max_tokens=256, rows=2225)
TWEETS = Corpus("tweets", "tweets", labels=3, max_tokens=128, rows=8000)
CORPORA = (BBC_NEWS, TWEETS)


def run(settings: Settings) -> dict[str, Any]:
    """A contest for each corpus; a step is a pass over all of its texts."""
    names = {corpus: settings.title(corpus.name) for corpus in CORPORA}
    return {
        "contests": [
            pass_over(corpus, settings, roster.raw_text(), ours=roster.OURS, name=name)
            for corpus, name in names.items()
        ]
    }


def pass_over(
    corpus: Corpus, settings: Settings, contestants: list[Contestant], *, ours: str, name: str
) -> dict[str, Any]:
    """A contest for the results file, under a name."""
    whole = write_rows(corpus.recipe, _WHOLE, settings.scratch / "rows")["train"]
    rows = keep_rows(whole, min(corpus.rows, settings.rows or corpus.rows))
    workload = {"labels": corpus.labels, "max_tokens": corpus.max_tokens, "batch": _BATCH, "rows": str(rows)}
    workload["precision"] = settings.precision
    results = contest(
        settings.chosen(contestants),
        {"encoder": str(settings.encoder), **workload},
        rounds=settings.rounds or 3,
        warmup=(1,),
        **settings.turns,
    )
    return contest_report(name, results, ours=ours, sizes=count_rows(rows), per=settings.per, unit="texts")
