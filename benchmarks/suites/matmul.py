"""The share of the machine's matmul limit that a training step reaches."""

import json
import math
import pathlib
from typing import Any

from benchmarks import roster
from benchmarks.contest import contest
from benchmarks.report import contest_report
from benchmarks.settings import Settings
from benchmarks.suites.steps import shape_workload

_TERA = 1e12
_SHAPES = ((32, 128), (16, 256))


def run(settings: Settings) -> dict[str, Any]:
    """A contest for each shape: our step and large matmuls in turns, in the operations that both need."""
    contests = []
    for batch, length in settings.shapes(_SHAPES):
        matmuls = roster.matmuls()
        results = contest(
            [roster.own_steps(), *matmuls],
            shape_workload(settings, "train", batch, length),
            rounds=settings.rounds or 7,
            **settings.turns,
        )
        sizes = {each.name: 2 * math.prod(each.options["shape"]) / _TERA for each in matmuls}
        sizes[roster.OURS] = step_operations(settings.encoder, batch=batch, length=length) / _TERA
        name = settings.title(f"matmul limit L{length} B{batch}")
        contests.append(contest_report(name, results, ours=roster.OURS, sizes=sizes, per=settings.per, unit="TFLOP"))
    return {"contests": contests}


def step_operations(encoder: pathlib.Path, *, batch: int, length: int) -> int:
    """Floating point operations of the matmuls that a training step of a classifier needs.

    A multiplication and an addition each count. The backward pass has two matmuls for each of the forward pass. In the
    last layer only the first token's state is wanted, so that queries, scores, the output of attention and the
    feed-forward network are needed for one token of a row, keys and values for all.

    Args:
        encoder: Folder with the config.json of a BERT.
        batch: Rows.
        length: Tokens of a row.
    """
    config = json.loads((encoder / "config.json").read_text())
    hidden, inner, layers = config["hidden_size"], config["intermediate_size"], config["num_hidden_layers"]

    def layer(queries: int) -> int:
        keys_and_values = 2 * length * hidden * hidden
        queries_and_output = 2 * queries * hidden * hidden
        scores_and_sums = 2 * queries * length * hidden
        feed_forward = 2 * queries * hidden * inner
        return 2 * (keys_and_values + queries_and_output + scores_and_sums + feed_forward)

    pooler = 2 * hidden * hidden
    return 3 * batch * ((layers - 1) * layer(length) + layer(1) + pooler)
