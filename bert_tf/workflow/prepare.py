"""recipe → data → text → batches: checked examples and their token ids."""

import dataclasses
import pathlib

import numpy as np

from bert_tf.batches.cache import TokenCache, open_token_cache
from bert_tf.data.examples import Examples
from bert_tf.data.load import Splits, load_splits
from bert_tf.errors import RecipeError
from bert_tf.models.encoder import load_config, longest_input
from bert_tf.recipe.schema import Recipe
from bert_tf.text.huggingface import HuggingFaceTokenizer
from bert_tf.text.loading import load_tokenizer
from bert_tf.text.tokenizer import WordpieceTokenizer

_NO_LIMIT = 1 << 20  # tokens
_ROWS = 1024  # texts that are tokenized at once

Tokenizer = WordpieceTokenizer | HuggingFaceTokenizer


@dataclasses.dataclass(frozen=True)
class Prepared:
    """A recipe's data, ready for a model.

    Attributes:
        splits: Checked examples, label names and the report on the data.
        tokenizer: Made the token ids.
        tokens: Token ids by split.
    """

    splits: Splits
    tokenizer: Tokenizer
    tokens: dict[str, TokenCache]

    @property
    def examples(self) -> dict[str, Examples]:
        """The splits there are, by name."""
        return named_examples(self.splits)

    def whole_lengths(self, split: str) -> np.ndarray:
        """Tokens of each text of a split, special tokens included, before it was cut; int [N]."""
        cached, rows = self.tokens[split], self.examples[split]
        lengths = cached.lengths.copy()
        for start in range(0, len(rows), _ROWS):
            stop = start + _ROWS
            if cached.truncated[start:stop].any():
                texts, pairs = rows.texts(start, stop), rows.pairs(start, stop)
                lengths[start:stop] = self.tokenizer.encode_batch(texts, pairs, max_tokens=_NO_LIMIT).lengths
        return lengths


def prepare(recipe: Recipe, *, encoder_folder: pathlib.Path, cache_folder: pathlib.Path) -> Prepared:
    """Read, check and tokenize a recipe's data.

    Args:
        recipe: Resolved.
        encoder_folder: Holds the encoder's config and tokenizer.
        cache_folder: Checked examples, token ids and character tables that runs share.

    Raises:
        DataError: bad rows, missing files. TextError: no usable tokenizer. RecipeError: `text.max_tokens` is too long.
    """
    check_length(recipe.text.max_tokens, encoder_folder)
    splits = load_data(recipe, cache_folder=cache_folder)
    tokenizer = load_tokenizer(encoder_folder, cache_folder=cache_folder)
    tokens = {
        name: open_token_cache(examples, tokenizer, max_tokens=recipe.text.max_tokens, cache_folder=cache_folder)
        for name, examples in named_examples(splits).items()
    }
    return Prepared(splits, tokenizer, tokens)


def load_data(recipe: Recipe, *, cache_folder: pathlib.Path) -> Splits:
    """The checked examples of a recipe; raises DataError."""
    data = recipe.data
    return load_splits(
        source=data.source,
        train=data.train,
        validation=data.validation,
        test=data.test,
        text=data.text,
        text_pair=data.text_pair,
        label=data.label,
        weight=data.weight,
        labels=data.labels,
        columns=data.columns,
        delimiter=data.delimiter,
        data_dir=data.data_dir,
        on_bad_row=data.on_bad_row,
        seed=data.seed,
        cache_folder=cache_folder,
    )


def named_examples(splits: Splits) -> dict[str, Examples]:
    """The splits there are, by name, train first."""
    named = {"train": splits.train, "validation": splits.validation, "test": splits.test}
    return {name: examples for name, examples in named.items() if examples is not None}


def check_length(max_tokens: int, encoder_folder: pathlib.Path) -> None:
    """Raises RecipeError when rows would be longer than the encoder has positions for."""
    longest = longest_input(load_config(encoder_folder))
    if longest is not None and max_tokens > longest:
        raise RecipeError(
            f"text.max_tokens is {max_tokens}, and this encoder takes {longest} at most.",
            where="text → max_tokens",
            hint=f"set it to {longest} or less",
        )
