"""Entity F1 beside Hugging Face's Trainer, with either head: same rows, weights, epochs and lengths.

The Trainer is told which words a text has; bert_tf finds entities in raw text, whose words are parts of those, such as
the name in `(Ada)`. Both of its scores are told: of raw text, and of the words that the Trainer is told.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from benchmarks import roster
from benchmarks.beside_trainer import train_beside_trainer
from benchmarks.contestants.inputs import read_rows
from benchmarks.quality import compare_with_peer
from benchmarks.report import figure
from benchmarks.rows import write_rows
from benchmarks.settings import Settings

_CRF = "bert_tf, CRF"
_SHARE = 0.1  # of WikiANN's 10,000 training sentences, for validation and as many for the test


class Corpus(NamedTuple):
    """Marked texts to learn from."""

    name: str
    recipe: str
    overrides: Mapping[str, Any]


def run(settings: Settings) -> dict[str, Any]:
    """Raises RuntimeError without `settings.wikiann` and `settings.wnut17`, or where a training fails."""
    figures = [each for corpus in corpora(settings) for each in _compare(corpus, settings)]
    if not figures:
        raise RuntimeError("neither --wikiann nor --wnut17 names a folder with train.conll")
    return {"figures": figures}


def corpora(settings: Settings) -> Iterator[Corpus]:
    """Those that the user has."""
    slice_of = f"[:{settings.rows}]" if settings.rows else ""
    if settings.wikiann:
        train = f"{settings.wikiann}/train.conll{slice_of}"
        shares = {"data.validation": _SHARE, "data.test": _SHARE, "data.seed": 1}
        yield Corpus("WikiANN", "ner-wikiann", {"data.train": train, **shares})
    if settings.wnut17:
        folder = settings.wnut17
        others = {"data.validation": f"{folder}/dev.conll", "data.test": f"{folder}/test.conll"}
        yield Corpus("WNUT-17", "ner-emerging", {"data.train": f"{folder}/train.conll{slice_of}", **others})


def _compare(corpus: Corpus, settings: Settings) -> list[dict[str, Any]]:
    """Scores and seconds of all trainings, and how ours compare."""
    rows = write_rows(corpus.recipe, corpus.overrides, settings.scratch / "rows")
    types = 1 + max(kind for _, spans in zip(*read_rows(str(rows["train"])), strict=True) for _, _, kind in spans)
    theirs = {"labels": 1 + 2 * types}
    found: dict[str, list[dict[str, float]]] = {roster.OURS: [], _CRF: [], roster.TRAINER: []}
    for seed in range(1, settings.seeds + 1):
        turns = train_beside_trainer(
            corpus.recipe,
            {**corpus.overrides, "training.seed": seed},
            rows,
            theirs=theirs,
            settings=settings,
            peer="trainer_tagging",
            others={_CRF: {"tag.head": "crf"}},
        )
        for who, turn in turns.items():
            found[who].append(turn)
    raw, seconds = (
        {who: [turn[key] for turn in turns] for who, turns in found.items()} for key in ("micro_f1", "seconds")
    )
    scores = {
        who: raw[who] if who == roster.TRAINER else [turn["f1_of_words"] for turn in turns]
        for who, turns in found.items()
    }
    return [
        *(figure(f"{corpus.name} entity F1 of words, {who}", values, "") for who, values in scores.items()),
        *(figure(f"{corpus.name} entity F1 of raw text, {who}", raw[who], "") for who in (roster.OURS, _CRF)),
        *compare_with_peer(corpus.name, scores[roster.OURS], scores[roster.TRAINER]),
        *compare_with_peer(f"{corpus.name}, CRF", scores[_CRF], scores[roster.TRAINER]),
        *(figure(f"{corpus.name} training, {who}", values, "s") for who, values in seconds.items()),
    ]
