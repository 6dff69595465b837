"""Texts that are not a split's own, to be tokenized."""

import dataclasses
import hashlib
from collections.abc import Sequence

_LENGTH_BYTES = 8


@dataclasses.dataclass(frozen=True, eq=False)
class ListedTexts:
    """As of `token_batches.Texts`; in UTF-8."""

    all: Sequence[bytes]

    @property
    def fingerprint(self) -> str:
        """Of the texts in their order."""
        digest = hashlib.sha256()
        for text in self.all:
            digest.update(len(text).to_bytes(_LENGTH_BYTES) + text)
        return digest.hexdigest()

    def __len__(self) -> int:
        return len(self.all)

    def texts(self, start: int, stop: int) -> list[bytes]:
        """Some of them."""
        return list(self.all[start:stop])

    def pairs(self, start: int, stop: int) -> None:
        """None: they are single texts."""
        del start, stop
