"""A whole epoch of IMDB from raw text, over Hugging Face's Trainer with the same rows and hyper-parameters."""

from typing import Any

from benchmarks import roster
from benchmarks.contest import contest
from benchmarks.report import contest_report, figure
from benchmarks.rows import count_rows, write_rows
from benchmarks.settings import Settings
from bert_tf.tasks.recipes import load_recipe

_RECIPE = "imdb"
_PATIENCE = 4 * 3600


def run(settings: Settings) -> dict[str, Any]:
    """A contest, of one training each if nothing else is asked for, and the accuracies."""
    overrides = slices(settings.rows)
    rows = write_rows(_RECIPE, overrides, settings.scratch / "rows")
    results = contest(
        [
            roster.own(roster.OURS, "own_training", recipe=_RECIPE, overrides=overrides),
            roster.peer(roster.TRAINER, "pytorch", "trainer_training"),
        ],
        {
            "encoder": str(settings.encoder),
            "rows": str(rows["train"]),
            "test_rows": str(rows["test"]),
            "precision": settings.precision,
            **_hyper_parameters(overrides),
        },
        rounds=settings.rounds or 1,
        warmup=(),
        patience=_PATIENCE,
        **settings.turns,
    )
    sizes = count_rows(rows["train"])
    accuracies = {who: [turn["accuracy"] for turn in result.get("turns", [])] for who, result in results.items()}
    return {
        "contests": [
            contest_report(settings.title("IMDB epoch"), results, ours=roster.OURS, sizes=sizes, per=settings.per)
        ],
        "figures": [figure(f"IMDB test accuracy, {who}", found, "") for who, found in accuracies.items() if found],
    }


def slices(rows: int | None) -> dict[str, Any]:
    """All rows of the recipe to learn from and to be tested on, or so many of each; the head where the Trainer's is."""
    cut = f"[:{rows}]" if rows else ""
    splits = {"data.train": f"train{cut}", "data.validation": None, "data.test": f"test{cut}"}
    return {**splits, "model.pooling": "pooler"}


def _hyper_parameters(overrides: dict[str, Any]) -> dict[str, Any]:
    """Those of the recipe, by the names that the Trainer's contestant has for them."""
    recipe = load_recipe(_RECIPE, overrides)
    training = recipe.training
    return {
        "labels": 2,
        "max_tokens": recipe.text.max_tokens,
        "batch": training.batch_size,
        "epochs": training.epochs,
        "learning_rate": training.learning_rate,
        "warmup": training.warmup,
        "weight_decay": training.weight_decay,
        "seed": training.seed,
    }
