"""The character table on disk, so that only the first process of a project compiles it."""

import hashlib
import io
import logging
import pathlib

import numpy as np
import tokenizers
from tokenizers.normalizers import Normalizer
from tokenizers.pre_tokenizers import PreTokenizer

from bert_tf.atomic import new_file
from bert_tf.errors import TextError
from bert_tf.integrity import check_seal, seal
from bert_tf.text.characters import CharacterTable, compile_table

_FORMAT = "1"
_LOG = logging.getLogger(__name__)


def cached_table(
    normalizer: Normalizer,
    pre_tokenizer: PreTokenizer,
    *,
    alphabet: set[str],
    settings: str,
    cache_folder: pathlib.Path,
) -> CharacterTable:
    """The table of `compile_table`, read from `cache_folder` where it is known.

    Args:
        normalizer: As for `compile_table`.
        pre_tokenizer: As for `compile_table`.
        alphabet: The characters of the vocabulary.
        settings: All that changes the normalizer's answers; with the alphabet and the version of `tokenizers` it is
            the key.
        cache_folder: Gets a folder `characters`, with a file of about 40 KB for each key. A file that is damaged
            is made anew.

    Raises:
        TextError: the cache can't be written.
    """
    key = "\n".join([_FORMAT, tokenizers.__version__, settings, *sorted(alphabet)])
    path = cache_folder / "characters" / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.npz"
    if path.exists():
        try:
            content = path.read_bytes()[: check_seal(path)]
            with np.load(io.BytesIO(content), allow_pickle=False) as stored:
                return CharacterTable(stored["page_of"], stored["pages"], stored["pool"])
        except (OSError, ValueError) as problem:
            _LOG.warning("A character table in the cache is damaged and will be rebuilt: %s: %s.", path, problem)
    table = compile_table(normalizer, pre_tokenizer, alphabet=alphabet)
    with new_file(path, error=TextError) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, page_of=table.page_of, pages=table.pages, pool=table.pool)
        file.close()
        seal(temporary, name=path.name)
    return table
