"""A worker that tokenizes parts of splits: texts come from the exchange folder, and ids go there."""

import dataclasses
from typing import Any

from bert_tf.batches.token_file import write_token_part
from bert_tf.environment import cache_folder
from bert_tf.errors import TextError
from bert_tf.pipelines.exchange_folder import ExchangeFolder
from bert_tf.pipelines.part_texts import PartTexts
from bert_tf.temporaries import scratch_folder
from bert_tf.text.huggingface import HuggingFaceTokenizer
from bert_tf.text.loading import load_tokenizer
from bert_tf.text.tokenizer import WordpieceTokenizer

ENCODER, TEXTS, IDS = "encoder", "texts", "ids"


@dataclasses.dataclass(frozen=True)
class TokenJob:
    """A part of a split.

    Attributes:
        split: Folder of the split's parts: the name of its file in the cache, without the ending.
        name: Of the part's files.
        max_tokens: Longest row.
    """

    split: str
    name: str
    max_tokens: int


class PartTokenizer:
    """Tokenizes parts; what it loads for the first one stays, and isn't pickled.

    Args:
        uri: Of the exchange folder; `encoder/` in it has the tokenizer's files.
        fingerprint: Of the command's own tokenizer.
    """

    def __init__(self, uri: str, fingerprint: str) -> None:
        self._uri, self._fingerprint = uri, fingerprint
        self._tokenizer: WordpieceTokenizer | HuggingFaceTokenizer | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_tokenizer": None}

    def __call__(self, job: TokenJob) -> None:
        """Make the ids of one part.

        Raises:
            TextError: this machine's tokenizer gives other ids than the command's.
            DataError: the exchange folder can't be reached, or has other texts than were written.
        """
        exchange = ExchangeFolder(self._uri)
        if self._tokenizer is None:
            self._tokenizer = self._load(exchange)
        with scratch_folder() as folder:
            texts, ids = folder / TEXTS / job.name, folder / IDS / job.name
            exchange.folder(TEXTS).folder(job.split).fetch(job.name, texts)
            write_token_part(ids, PartTexts(texts), self._tokenizer, max_tokens=job.max_tokens)
            exchange.folder(IDS).folder(job.split).put(ids)

    def _load(self, exchange: ExchangeFolder) -> WordpieceTokenizer | HuggingFaceTokenizer:
        with scratch_folder() as folder, exchange.folder(ENCODER).fetched(folder / ENCODER) as files:
            tokenizer = load_tokenizer(files, cache_folder=cache_folder())
        if tokenizer.fingerprint != self._fingerprint:
            raise TextError(
                "A worker's tokenizer gives other ids than this machine's: it has another version of bert_tf or of "
                "tokenizers.",
                hint="install the same versions on the workers",
            )
        return tokenizer
