"""sentence-transformers' loss on a batch of pairs of fixed shape; bfloat16 by autocast."""

import contextlib
from typing import Any

import torch

from benchmarks.contestants.inputs import random_ids
from benchmarks.contestants.sentence_transformers_model import make_loss, make_model
from benchmarks.worker import Work, serve


def prepare(options: dict[str, Any]) -> Work:
    """Options: encoder (a folder), batch (pairs), length, precision, words."""
    model = make_model(options).train()
    loss_of = make_loss(model)
    batch = {
        name: torch.from_numpy(value).long()
        for name, value in random_ids({**options, "batch": 2 * options["batch"]}).items()
    }
    sides = [{name: value[side::2] for name, value in batch.items()} for side in range(2)]
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-5, weight_decay=0.01)

    bfloat16 = options["precision"] == "bfloat16"

    def step() -> float:
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16) if bfloat16 else contextlib.nullcontext():
            loss = loss_of([dict(side) for side in sides], labels=None)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        return loss.item()

    return lambda count: [step() for _ in range(count)][-1]


if __name__ == "__main__":
    serve(prepare)
