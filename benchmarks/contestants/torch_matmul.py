"""A matmul in PyTorch."""

from typing import Any

import torch

from benchmarks.worker import Work, serve


def prepare(options: dict[str, Any]) -> Work:
    """Options: shape, [m, k, n] of [m, k] · [k, n]; precision."""
    dtype = getattr(torch, options["precision"])
    rows, inner, columns = options["shape"]
    left = torch.randn(rows, inner).to(dtype)
    # As weights are kept: the transpose of [out, in].
    right = torch.randn(columns, inner).to(dtype)
    product = torch.empty(rows, columns, dtype=dtype)

    def work(count: int) -> float:
        with torch.inference_mode():
            for _ in range(count):
                torch.matmul(left, right.T, out=product)
        return product[0, 0].item()

    return work


if __name__ == "__main__":
    serve(prepare)
