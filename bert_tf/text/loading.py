"""A tokenizer from the folder of an encoder."""

import functools
import json
import pathlib

from bert_tf.errors import TextError
from bert_tf.pretrained import check_tokenizer_files
from bert_tf.text.characters import CharacterTable
from bert_tf.text.fast_tokenizer import FastTokenizer
from bert_tf.text.huggingface import HuggingFaceTokenizer
from bert_tf.text.specification import Specification, is_wordpiece, read_specification
from bert_tf.text.table_cache import cached_table
from bert_tf.text.tokenizer import WordpieceTokenizer
from bert_tf.text.tokenizer_files import read_fast_tokenizer


def load_tokenizer(folder: pathlib.Path, *, cache_folder: pathlib.Path) -> WordpieceTokenizer | HuggingFaceTokenizer:
    """The tokenizer of an encoder: in the graph if it is BERT's WordPiece, else Hugging Face's own.

    A WordPiece tokenizer with a setting that the graph can't reproduce is refused rather than handed to Hugging Face:
    a model that was expected to take text would silently take ids only.

    Args:
        folder: Holds tokenizer.json, or vocab.txt with config.json or tokenizer_config.json.
        cache_folder: Keeps the character table between processes.

    Raises:
        TextError: the folder has no tokenizer, or one that can't be reproduced, or the cache can't be written.
        ModelError: as of `check_tokenizer_files`.
    """
    reference = load_reference(folder)
    if not is_wordpiece(reference):
        return HuggingFaceTokenizer(reference, where=str(folder))
    specification = read_specification(reference, where=str(folder))
    backend = reference.backend
    table = cached_table(
        backend.normalizer,
        backend.pre_tokenizer,
        alphabet=specification.alphabet,
        settings=json.dumps(reference.parts["normalizer"], sort_keys=True),
        cache_folder=cache_folder,
    )
    return _in_graph(specification, table)


# A process often opens one encoder many times: for its training, exports, explanations. What one has traced serves all.
@functools.lru_cache(maxsize=4)
def _in_graph(specification: Specification, table: CharacterTable) -> WordpieceTokenizer:
    return WordpieceTokenizer(specification, table)


def load_reference(folder: pathlib.Path) -> FastTokenizer:
    """Hugging Face's tokenizer, for which special tokens in a text are only text: what parity is measured against.

    Raises:
        TextError: the folder has no tokenizer that can be read, or doesn't tell its casing.
        ModelError: as of `check_tokenizer_files`.
    """
    check_tokenizer_files(folder)
    _check_casing_is_known(folder)
    try:
        return read_fast_tokenizer(folder)
    except Exception as problem:
        # tokenizers has no type for a file that is broken.
        raise _no_tokenizer(folder) from problem


def _no_tokenizer(folder: pathlib.Path) -> TextError:
    return TextError(
        "There is no readable tokenizer in this folder.",
        where=str(folder),
        hint="put the encoder's tokenizer.json beside config.json, or its vocab.txt and tokenizer_config.json; "
        "transformers writes it: AutoTokenizer.from_pretrained(folder).save_pretrained(folder)",
    )


def _check_casing_is_known(folder: pathlib.Path) -> None:
    """Refuses to guess as transformers does: lowercasing for a bare vocab.txt ruins a cased model in silence."""
    vocabulary = folder / "vocab.txt"
    told = any((folder / name).exists() for name in ("tokenizer.json", "tokenizer_config.json"))
    if told or not vocabulary.exists():
        return
    tokens = vocabulary.read_text(encoding="utf-8", errors="replace").split("\n")
    cased = next((token for token in tokens if token != token.lower() and not token.startswith("[")), None)
    if cased is not None:
        raise TextError(
            f"The tokenizer files don't say whether text is lowercased, and the vocabulary holds {cased!r}.",
            where=str(vocabulary),
            hint='add a tokenizer_config.json with {"do_lower_case": false} for a cased model',
        )
