"""PyTorch on a batch of fixed shape: eager or compiled; bfloat16 by autocast, for inference by bfloat16 weights."""

import contextlib
from collections.abc import Callable
from typing import Any

import torch

from benchmarks.contestants.inputs import probabilities, random_ids, random_labels
from benchmarks.contestants.pytorch_model import RandomClassifier, pytorch_model
from benchmarks.worker import Work, serve


def prepare(options: dict[str, Any]) -> Work:
    """Options: encoder (a folder), kind (train or infer), batch, length, compiled, precision, random."""
    model = RandomClassifier(options) if options.get("random") else pytorch_model(options)
    batch = {name: torch.from_numpy(value).long() for name, value in random_ids(options).items()}
    if options["kind"] == "infer" and options["precision"] == "bfloat16":
        # Half the weights to read, and no casts: faster than autocast, where no gradients are needed.
        model = model.to(torch.bfloat16)
    run = torch.compile(model) if options["compiled"] else model
    if options["kind"] == "infer":
        model.eval()
        return _infer(run, batch)
    step = _training_step(model.train(), run, batch, options)
    return lambda count: [step() for _ in range(count)][-1]


def _training_step(model: Any, run: Any, batch: dict[str, Any], options: dict[str, Any]) -> Callable[[], float]:
    labels = torch.from_numpy(random_labels(options)).long()
    labels[labels < 0] = -100  # what PyTorch passes over
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-5, weight_decay=0.01)
    bfloat16 = options["precision"] == "bfloat16"

    def step() -> float:
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16) if bfloat16 else contextlib.nullcontext():
            loss = run(**batch, labels=labels).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        return loss.item()

    return step


def _infer(run: Any, batch: dict[str, Any]) -> Work:
    def work(count: int) -> list[list[float]]:
        with torch.inference_mode():
            logits = [run(**batch).logits.float().numpy() for _ in range(count)]
        return probabilities(logits[-1])

    return work


if __name__ == "__main__":
    serve(prepare)
