"""Token ids of texts, a batch of them after the other: several are made at a time, and given in order."""

import collections
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

import numpy as np

BATCH_ROWS = 2048  # texts tokenized at once


class Texts(Protocol):
    """What is tokenized: `bert_tf.data.examples.Examples`."""

    @property
    def fingerprint(self) -> str: ...
    def __len__(self) -> int: ...
    def texts(self, start: int, stop: int) -> list[bytes]: ...
    def pairs(self, start: int, stop: int) -> list[bytes] | None: ...


class Encoded(Protocol):
    """Ids of some texts: flat int32 [T], then int32 [B], int32 [B], bool [B]."""

    @property
    def ids(self) -> np.ndarray: ...
    @property
    def lengths(self) -> np.ndarray: ...
    @property
    def first_lengths(self) -> np.ndarray: ...
    @property
    def truncated(self) -> np.ndarray: ...


class Tokenizer(Protocol):
    """What tokenizes: `bert_tf.text.loading.load_tokenizer`'s results.

    Attributes:
        in_graph: Whether a call computes on one core, and several may at a time; else it takes all cores itself.
    """

    @property
    def in_graph(self) -> bool: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def vocabulary_size(self) -> int: ...
    @property
    def pad_id(self) -> int: ...
    def encode_batch(
        self, texts: Sequence[bytes], pairs: Sequence[bytes] | None = None, *, max_tokens: int
    ) -> Encoded: ...


def encoded_batches(
    examples: Texts, tokenizer: Tokenizer, *, max_tokens: int, start: int, stop: int
) -> Iterator[Encoded]:
    """The ids of rows `start` to `stop` (excluded), `BATCH_ROWS` at a time; as many calls are under way as cores.

    Args:
        examples, tokenizer: One of the other.
        max_tokens: Longest row, with special tokens.
        start, stop: Rows.
    """
    most = len(os.sched_getaffinity(0)) if tokenizer.in_graph and hasattr(os, "sched_getaffinity") else 1
    waiting: collections.deque[Future[Encoded]] = collections.deque()
    with ThreadPoolExecutor(most) as threads:
        for first in range(start, stop, BATCH_ROWS):
            last = min(first + BATCH_ROWS, stop)
            texts, pairs = examples.texts(first, last), examples.pairs(first, last)
            waiting.append(threads.submit(tokenizer.encode_batch, texts, pairs, max_tokens=max_tokens))
            # The first call of a graph traces it, which is done once if no other comes in between.
            if len(waiting) > most or first == start:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
