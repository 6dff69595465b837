"""A recipe's training and the same by Hugging Face's Trainer, one behind the other."""

import pathlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from benchmarks import roster
from benchmarks.contest import Contestant, contest
from benchmarks.settings import Settings
from bert_tf.tasks.recipes import load_recipe

_PATIENCE = 4 * 3600


def train_beside_trainer(
    recipe: str,
    overrides: Mapping[str, Any],
    rows: Mapping[str, pathlib.Path],
    *,
    theirs: Mapping[str, Any],
    settings: Settings,
    peer: str | Contestant = "trainer_training",
    others: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
) -> dict[str, dict[str, Any]]:
    """The turn of each contestant.

    Args:
        recipe: Its name.
        overrides: Of its keys.
        rows: The Trainer's files by split, as of `write_rows`.
        theirs: What else the Trainer's contestant is told: `answers`, `labels` and `problem`.
        settings: Encoder and folders.
        peer: Module of the Trainer's contestant, or another one that takes its place.
        others: More trainings of the recipe: overrides by name.

    Raises:
        RuntimeError: a training fails.
    """
    results = contest(
        [
            *(
                roster.own(name, "own_training", recipe=recipe, overrides={**overrides, **more})
                for name, more in {roster.OURS: {}, **others}.items()
            ),
            roster.peer(roster.TRAINER, "pytorch", peer) if isinstance(peer, str) else peer,
        ],
        {
            "encoder": str(settings.encoder),
            "precision": settings.precision,
            "rows": str(rows["train"]),
            **{f"{split}_rows": str(rows[split]) for split in ("validation", "test") if split in rows},
            **_hyper_parameters(recipe, overrides),
            **theirs,
        },
        rounds=1,
        seconds=0,
        logs=settings.logs,
        cores=settings.cores,
        warmup=(),
        patience=_PATIENCE,
        notice=settings.notice,
    )
    errors = [f"{who}: {result['error']}" for who, result in results.items() if "error" in result]
    if errors:
        raise RuntimeError("; ".join(errors))
    return {who: result["turns"][0] for who, result in results.items()}


def _hyper_parameters(recipe: str, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the recipe, by the names that the Trainer's contestant has for them."""
    loaded = load_recipe(recipe, overrides)
    training = loaded.training
    return {
        "max_tokens": loaded.text.max_tokens,
        "batch": training.batch_size,
        "epochs": training.epochs,
        "learning_rate": training.learning_rate,
        "warmup": training.warmup,
        "weight_decay": training.weight_decay,
        "seed": training.seed,
    }
