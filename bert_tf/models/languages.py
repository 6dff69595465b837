"""Which language an encoder has read, and whether texts are in another."""

from typing import Protocol

from bert_tf.data.language import guess_language
from bert_tf.models.known_encoders import ENCODERS, MANY_LANGUAGES

_ENCODERS = {
    "English": "minilm-l6",
    "Chinese": "bert-base-chinese",
    "German": "google-bert/bert-base-german-cased",
}
_OF_MANY = "google-bert/bert-base-multilingual-cased"
_TEXTS = 1000  # that a language is told by


class Rows(Protocol):
    """Rows with a text each, such as `bert_tf.data.examples.Examples`."""

    def __len__(self) -> int: ...
    def text(self, index: int) -> str: ...


def encoder_for(language: str) -> str:
    """An encoder that has read a language, such as "German"; for most of them one that has read a hundred."""
    return _ENCODERS.get(language, _OF_MANY)


def language_mismatch(encoder: str, rows: Rows) -> str:
    """A sentence on texts in another language than their encoder has read; empty where that isn't so or known.

    Args:
        encoder: As a recipe names it.
        rows: Whose texts it reads.
    """
    if encoder not in ENCODERS:
        return ""
    # From all over the rows: they may be sorted.
    language = guess_language(rows.text(row) for row in range(0, len(rows), 1 + len(rows) // _TEXTS))
    read = ENCODERS[encoder].language
    if language is None or read in (language.name, MANY_LANGUAGES):
        return ""
    return (
        f"The texts look {language.name}, but {encoder} was trained on {read}. An encoder trained on {language.name}, "
        f"such as {encoder_for(language.name)}, will likely do better (model.encoder)."
    )
