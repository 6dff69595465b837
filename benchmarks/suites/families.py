"""Training steps of the other families of encoders, with random weights of MiniLM's size."""

import json
import pathlib
import tempfile
from typing import Any

from benchmarks import roster
from benchmarks.contest import contest
from benchmarks.report import contest_report
from benchmarks.settings import Settings
from benchmarks.suites.steps import shape_workload

_BATCH, _LENGTH = 32, 128
_SIZES = {
    "vocab_size": 30522, "hidden_size": 384, "num_hidden_layers": 6, "num_attention_heads": 12,
    "intermediate_size": 1536, "max_position_embeddings": 512, "hidden_act": "gelu",
}  # fmt: skip
_AFTER_PADDING = {"max_position_embeddings": 514, "pad_token_id": 1}
# As config.json has it; what isn't said is the same for both sides.
CONFIGURATIONS: dict[str, dict[str, Any]] = {
    "roberta": {**_SIZES, **_AFTER_PADDING, "type_vocab_size": 1},
    "distilbert": {
        "vocab_size": 30522, "dim": 384, "n_layers": 6, "n_heads": 12, "hidden_dim": 1536,
        "max_position_embeddings": 512, "activation": "gelu",
    },
    "electra": {**_SIZES, "type_vocab_size": 2, "embedding_size": 128},
    "mpnet": {**_SIZES, **_AFTER_PADDING, "relative_attention_num_buckets": 32},
}  # fmt: skip


def contest_name(family: str) -> str:
    """Of a family's contest in the results."""
    return f"train {family} L{_LENGTH} B{_BATCH}"


def run(settings: Settings) -> dict[str, Any]:
    """A contest for each family."""
    contests = []
    with tempfile.TemporaryDirectory() as scratch:
        for family, values in CONFIGURATIONS.items():
            folder = pathlib.Path(scratch, family)
            folder.mkdir()
            (folder / "config.json").write_text(json.dumps({"model_type": family, **values}))
            shape = shape_workload(settings, "train", _BATCH, _LENGTH)
            workload = {**shape, "encoder": str(folder), "random": True}
            results = contest(
                settings.chosen([roster.own_steps(), *roster.pytorch_steps()]),
                workload,
                rounds=settings.rounds or 5,
                **{**settings.turns, "logs": settings.logs / family},
            )
            name = settings.title(contest_name(family))
            contests.append(contest_report(name, results, ours=roster.OURS, sizes=_BATCH, per=settings.per))
    return {"contests": contests}
