"""Intents and tweets: whole trainings over Hugging Face's Trainer, and steps of few tokens over PyTorch.

Trainings are compared with the head on the pooler, where the Trainer's model has it. What the recipe's own pooling
comes to is told besides.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from benchmarks import roster
from benchmarks.beside_trainer import train_beside_trainer
from benchmarks.contest import Result, contest
from benchmarks.contestants.inputs import read_rows
from benchmarks.report import contest_report, figure
from benchmarks.rows import count_rows, write_rows
from benchmarks.settings import Settings
from benchmarks.suites.steps import shape_workload

_RECIPE = "tweets"
# (batch, length)
_SHAPES = ((32, 16), (32, 32))
_OWN_POOLING = f"{roster.OURS}, its own pooling"
# As many as SST-2, airline tweets or short news have, of 30,522; the optimizer leaves out all others.
_WORDS = 9_000


class Corpus(NamedTuple):
    """Short texts to learn from, by what differs from the recipe of the package's tweets."""

    name: str
    overrides: Mapping[str, Any]


def run(settings: Settings) -> dict[str, Any]:
    """A contest for each shape, and one for each corpus; raises RuntimeError where a training fails."""
    contests, figures = [_steps(settings, batch, length) for batch, length in settings.shapes(_SHAPES)], []
    for corpus in corpora(settings):
        report, accuracies = _trainings(corpus, settings)
        contests.append(report)
        figures += accuracies
    return {"contests": contests, "figures": figures}


def corpora(settings: Settings) -> Iterator[Corpus]:
    """Those that the user has, or the package's tweets without any; none where no rows are wanted, but steps alone."""
    if settings.rows == 0:
        return
    cut = f"[:{settings.rows}]" if settings.rows else ""
    files = {"data.source": "files", "data.weight": None}
    if settings.banking77:
        # The file is sorted by label: of its first rows, only a share of their own has the same labels.
        test = 0.1 if cut else f"{settings.banking77}/test.csv"
        splits = {"data.train": f"{settings.banking77}/train.csv{cut}", "data.test": test}
        yield Corpus("Banking77", {**files, **splits, "data.label": "category", "training.epochs": 5})
    if settings.airline:
        rows = {"data.train": f"{settings.airline}/tweets.csv{cut}", "data.label": "airline_sentiment"}
        yield Corpus("airline tweets", {**files, **rows, "training.epochs": 3})
    if not settings.banking77 and not settings.airline:
        yield Corpus("tweets", {"data.train": f"all{cut}", "training.epochs": 1})


def _steps(settings: Settings, batch: int, length: int) -> dict[str, Any]:
    results = contest(
        settings.chosen([roster.own_steps(), *roster.pytorch_steps()]),
        {**shape_workload(settings, "train", batch, length), "words": _WORDS},
        rounds=settings.rounds or 5,
        **settings.turns,
    )
    name = settings.title(f"train L{length} B{batch}")
    return contest_report(name, results, ours=roster.OURS, sizes=batch, per=settings.per)


def _trainings(corpus: Corpus, settings: Settings) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Trainings in turns, validation after each epoch included, and the accuracies on the test rows."""
    rows = write_rows(_RECIPE, corpus.overrides, settings.scratch / "rows" / corpus.name.replace(" ", "-"))
    labels = len(set(read_rows(str(rows["train"]))[1]))
    results: dict[str, Result] = {who: {"turns": []} for who in (roster.OURS, _OWN_POOLING, roster.TRAINER)}
    alike = {**corpus.overrides, "model.pooling": "pooler"}
    for _ in range(settings.rounds or 1):
        turns = train_beside_trainer(
            _RECIPE,
            alike,
            rows,
            theirs={"labels": labels},
            settings=settings,
            others={_OWN_POOLING: {"model.pooling": "auto"}},
        )
        for who, turn in turns.items():
            results[who]["turns"].append(turn)
    sizes = count_rows(rows["train"]) * corpus.overrides["training.epochs"]
    accuracies = [
        figure(f"{corpus.name} test accuracy, {who}", [turn["accuracy"] for turn in result["turns"]], "")
        for who, result in results.items()
    ]
    own = [sizes / turn["seconds"] for turn in results.pop(_OWN_POOLING)["turns"]]
    figures = [*accuracies, figure(f"{corpus.name} training, {_OWN_POOLING}", own, "examples/s")]
    name = settings.title(f"{corpus.name} training")
    return contest_report(name, results, ours=roster.OURS, sizes=sizes, per=settings.per), figures
