"""Entity F1 on WikiANN beside Hugging Face's Trainer, with either head: same rows, weights, epochs and lengths."""

import os
from typing import Any

from benchmarks import roster
from benchmarks.beside_trainer import train_beside_trainer
from benchmarks.contestants.inputs import read_rows
from benchmarks.quality import compare_with_peer
from benchmarks.report import figure
from benchmarks.rows import write_rows
from benchmarks.settings import Settings

_RECIPE = "ner-wikiann"
_CRF = "bert_tf, CRF"
_SHARE = 0.1  # of the 10,000 sentences, for validation and as many for the test


def run(settings: Settings) -> dict[str, Any]:
    """Raises RuntimeError without `settings.wikiann`, or where a training fails."""
    if settings.wikiann is None:
        raise RuntimeError("--wikiann names no folder with train.conll")
    os.environ["WIKIANN"] = str(settings.wikiann)
    slice_of = f"[:{settings.rows}]" if settings.rows else ""
    overrides = {
        "data.train": f"$WIKIANN/train.conll{slice_of}",
        "data.validation": _SHARE,
        "data.test": _SHARE,
        "data.seed": 1,
    }
    rows = write_rows(_RECIPE, overrides, settings.scratch / "rows")
    types = 1 + max(kind for _, spans in zip(*read_rows(str(rows["train"])), strict=True) for _, _, kind in spans)
    theirs = {"labels": 1 + 2 * types}
    found: dict[str, list[dict[str, float]]] = {roster.OURS: [], _CRF: [], roster.TRAINER: []}
    for seed in range(1, settings.seeds + 1):
        seeded = {**overrides, "training.seed": seed}
        turns = train_beside_trainer(
            _RECIPE,
            seeded,
            rows,
            theirs=theirs,
            settings=settings,
            peer="trainer_tagging",
            others={_CRF: {"tag.head": "crf"}},
        )
        for who, turn in turns.items():
            found[who].append(turn)
    scores, seconds = (
        {who: [turn[key] for turn in turns] for who, turns in found.items()} for key in ("micro_f1", "seconds")
    )
    return {
        "figures": [
            *(figure(f"WikiANN entity F1, {who}", values, "") for who, values in scores.items()),
            *compare_with_peer("WikiANN", scores[roster.OURS], scores[roster.TRAINER]),
            *compare_with_peer("WikiANN, CRF", scores[_CRF], scores[roster.TRAINER]),
            *(figure(f"WikiANN training, {who}", values, "s") for who, values in seconds.items()),
        ]
    }
