"""Proof that the graph gives Hugging Face's ids, on any texts; export is refused without it."""

import dataclasses
import itertools
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import tensorflow as tf

from bert_tf.errors import TextError
from bert_tf.text.fast_tokenizer import FastTokenizer
from bert_tf.text.tokenizer import WordpieceTokenizer

_BATCH = 512
_SHOWN_CHARACTERS = 120


@dataclasses.dataclass(frozen=True)
class Difference:
    """The first token at which a text's ids differ.

    Attributes:
        text_index: Which of the texts.
        text: The text itself.
        position: Which of its tokens; `check_rows` counts special tokens.
        graph_token: What the graph gives there, None behind the text's end.
        reference_token: What Hugging Face gives there, None behind the text's end.
        graph_id: Its id, or None.
        reference_id: Its id, or None.
    """

    text_index: int
    text: bytes
    position: int
    graph_token: str | None
    reference_token: str | None
    graph_id: int | None
    reference_id: int | None

    def __str__(self) -> str:
        shown = ascii(self.text.decode("utf-8", "replace"))
        if len(shown) > _SHOWN_CHARACTERS:
            shown = shown[:_SHOWN_CHARACTERS] + "…"
        return (
            f"text {self.text_index}, token {self.position}: "
            f"the graph gives {_named(self.graph_token, self.graph_id)}, "
            f"Hugging Face {_named(self.reference_token, self.reference_id)}; the text is {shown}"
        )


def first_difference(
    tokenizer: WordpieceTokenizer, reference: FastTokenizer, texts: Iterable[bytes]
) -> Difference | None:
    """The first difference between `tokenizer.tokenize` and `reference`, None if there is none.

    Args:
        tokenizer: In the graph.
        reference: From `loading.load_reference`; it gets each text decoded with `errors="replace"`.
        texts: Any number; they are read in batches.
    """
    return next(differences(tokenizer, reference, texts), None)


def differences(
    tokenizer: WordpieceTokenizer, reference: FastTokenizer, texts: Iterable[bytes]
) -> Iterator[Difference]:
    """The first difference of every text that has one."""
    numbered = enumerate(texts)
    while batch := list(itertools.islice(numbered, _BATCH)):
        found = tokenizer.tokenize(tf.constant([text for _, text in batch])).to_list()
        expected = reference.tokenize([text.decode("utf-8", "replace") for _, text in batch])
        for (index, text), graph_ids, reference_ids in zip(batch, found, expected, strict=True):
            if graph_ids != reference_ids:
                yield _difference(reference, index, text, graph_ids, reference_ids)


def check_parity(
    tokenizer: WordpieceTokenizer, reference: FastTokenizer, texts: Iterable[bytes], *, where: str
) -> None:
    """Refuses a tokenizer that differs from Hugging Face's on any text.

    Args:
        tokenizer: In the graph.
        reference: From `loading.load_reference`.
        texts: Any number.
        where: What texts they are, for the message.

    Raises:
        TextError: naming the first difference.
    """
    difference = first_difference(tokenizer, reference, texts)
    if difference:
        raise _refusal(difference, where)


def check_rows(
    tokenizer: WordpieceTokenizer,
    reference: FastTokenizer,
    texts: Sequence[bytes],
    pairs: Sequence[bytes] | None,
    *,
    max_tokens: int,
    where: str,
) -> None:
    """As `check_parity`, of rows as they are trained on: special tokens, truncation and packing of pairs included.

    Raises:
        TextError: naming the first row that differs.
    """
    encoded = tokenizer.encode_batch(texts, pairs, max_tokens=max_tokens)
    columns = [[text.decode("utf-8", "replace") for text in column] for column in (texts, pairs) if column is not None]
    expected = [encoding.ids for encoding in reference.encode(*columns, max_tokens=max_tokens)]
    ends = np.cumsum(encoded.lengths)
    for index, reference_ids in enumerate(expected):
        graph_ids = encoded.ids[ends[index] - encoded.lengths[index] : ends[index]].tolist()
        if graph_ids != reference_ids:
            raise _refusal(_difference(reference, index, texts[index], graph_ids, reference_ids), where)


def _difference(
    reference: FastTokenizer,
    index: int,
    text: bytes,
    graph_ids: Sequence[int],
    reference_ids: Sequence[int],
) -> Difference:
    pairs = itertools.zip_longest(graph_ids, reference_ids)
    position, (graph_id, reference_id) = next((place, pair) for place, pair in enumerate(pairs) if pair[0] != pair[1])
    return Difference(
        text_index=index,
        text=text,
        position=position,
        graph_token=_token(reference, graph_id),
        reference_token=_token(reference, reference_id),
        graph_id=graph_id,
        reference_id=reference_id,
    )


def _refusal(difference: Difference, where: str) -> TextError:
    return TextError(
        f"The tokenizer in the graph differs from Hugging Face's at {difference}.",
        where=where,
        hint="this is a bug in bert_tf; please report the text and the versions of tokenizers and tensorflow_text",
    )


def _token(reference: FastTokenizer, token_id: int | None) -> str | None:
    return None if token_id is None else reference.backend.id_to_token(token_id)


def _named(token: str | None, token_id: int | None) -> str:
    return "no more token" if token_id is None else f"{token!a} ({token_id})"
