"""recipe → data → text → batches: checked examples and their token ids."""

import dataclasses
import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from bert_tf.batches.cache import TokenCache, Tokenizing
from bert_tf.batches.windowed import WindowedTokens
from bert_tf.batches.word_targets import Alignment
from bert_tf.data.examples import Examples
from bert_tf.data.load_data import Splits
from bert_tf.environment import tidy_cache
from bert_tf.errors import RunError
from bert_tf.models.encoders.encoder_config import load_config
from bert_tf.recipe.schema import Recipe
from bert_tf.runs.run import RunFolder
from bert_tf.stage import Notice
from bert_tf.tasks.table import task_of
from bert_tf.tasks.task import Task
from bert_tf.text.loading import load_tokenizer
from bert_tf.text.tokenizer import WordpieceTokenizer
from bert_tf.workflow.data import load_data, named_examples
from bert_tf.workflow.encoder_checks import check_vocabulary
from bert_tf.workflow.expected_texts import ExpectedTexts, expected_texts
from bert_tf.workflow.expected_words import Tokenizer, expected_of_words
from bert_tf.workflow.interactions import Interactions, interactions
from bert_tf.workflow.long_texts import windowed_tokens

_NO_LIMIT = 1 << 20  # tokens
_ROWS = 1024  # texts that are tokenized at once


@dataclasses.dataclass(frozen=True)
class Prepared:
    """A recipe's data, ready for a model.

    Attributes:
        task: Of the recipe.
        splits: Checked examples, label names and the report on the data.
        tokenizer: Made the token ids.
        tokens: Token ids by split.
        windowed: Of the splits that are measured, where long texts are windows; else none.
        aligned: Of a task that reads tokens, what is right for each word; else nothing.
        texts: Of a task that compares vectors, the texts that are right or wrong for rows, by split; else none.
        interactions: Of a task that ranks items for users, items and histories by split; else none.
    """

    task: Task
    splits: Splits
    tokenizer: Tokenizer
    tokens: dict[str, TokenCache]
    windowed: dict[str, WindowedTokens] = dataclasses.field(default_factory=dict)
    aligned: Alignment = dataclasses.field(default_factory=Alignment)
    texts: Mapping[str, ExpectedTexts] = dataclasses.field(default_factory=dict)
    interactions: Mapping[str, Interactions] = dataclasses.field(default_factory=dict)

    @property
    def examples(self) -> dict[str, Examples]:
        """The splits there are, by name; targets are what the model's outputs are held against."""
        words = self.aligned.words
        return {
            name: dataclasses.replace(rows, targets=words[name].targets) if name in words else rows
            for name, rows in named_examples(self.splits).items()
        }

    @property
    def facts(self) -> Mapping[str, Any]:
        """What a run keeps of what was learned of the labels: `{"label_names": ("negative", "positive")}`."""
        return {**self.splits.facts, **self.aligned.facts}

    @property
    def begins_word(self) -> np.ndarray | None:
        """Where outputs are of words, whether a token of the vocabulary begins one, bool [V]; else None."""
        if not self.aligned.words or not isinstance(self.tokenizer, WordpieceTokenizer):
            return None
        return self.tokenizer.begins_word

    def head(self, rows: int) -> "Prepared":
        """The first rows of each split; the report is still that of all."""
        splits = self.splits
        parts = dataclasses.replace(
            splits,
            train=splits.train.head(rows),
            validation=splits.validation and splits.validation.head(rows),
            test=splits.test and splits.test.head(rows),
            leaked={name: each[:rows] for name, each in splits.leaked.items()},
        )
        return dataclasses.replace(
            self,
            splits=parts,
            tokens={name: each.head(rows) for name, each in self.tokens.items()},
            windowed={name: each.head(rows) for name, each in self.windowed.items()},
            aligned=dataclasses.replace(
                self.aligned, words={name: each.of(slice(rows)) for name, each in self.aligned.words.items()}
            ),
            texts={name: each.head(rows) for name, each in self.texts.items()},
            interactions={name: each.head(rows) for name, each in self.interactions.items()},
        )

    def truncated(self, split: str) -> np.ndarray:
        """Which texts of a split are not measured to their end; bool [N]."""
        return self.windowed[split].truncated if split in self.windowed else self.tokens[split].truncated

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


def prepare(
    recipe: Recipe,
    *,
    encoder_folder: pathlib.Path,
    cache_folder: pathlib.Path,
    with_test: bool = True,
    notice: Notice = lambda _: None,
) -> Prepared:
    """Read, check and tokenize a recipe's data; what killed processes left in the cache is removed.

    Args:
        recipe: Resolved.
        encoder_folder: Holds the encoder's config and tokenizer.
        cache_folder: Checked examples, token ids and character tables that runs share.
        with_test: False leaves the test rows out. The others are the same: a share of them is drawn all the same.
        notice: Is told what is done.

    Raises:
        DataError: bad rows, missing files. TextError: no usable tokenizer. ModelError: the tokenizer gives ids that the
            encoder's word table doesn't have. RecipeError: windows are asked for and the tokenizer has none, or the
            task reads words and gets pairs or a tokenizer that has none.
    """
    notice("reading and checking the data")
    splits = read_splits(recipe, cache_folder=cache_folder, with_test=with_test)
    notice("tokenizing the texts")
    return tokenized(recipe, splits, encoder_folder=encoder_folder, cache_folder=cache_folder)


def read_splits(recipe: Recipe, *, cache_folder: pathlib.Path, with_test: bool = True) -> Splits:
    """The first half of `prepare`: checked examples."""
    tidy_cache(cache_folder)
    return load_data(recipe, cache_folder=cache_folder, with_test=with_test)


def tokenized(recipe: Recipe, splits: Splits, *, encoder_folder: pathlib.Path, cache_folder: pathlib.Path) -> Prepared:
    """The second half of `prepare`: token ids of checked examples, from the cache or made now."""
    tokenizer = load_tokenizer(encoder_folder, cache_folder=cache_folder)
    check_vocabulary(tokenizer.largest_id, load_config(encoder_folder), encoder_folder)
    examples, task = named_examples(splits), task_of(recipe)
    tokenizing = Tokenizing(tokenizer, recipe.text.max_tokens, cache_folder)
    return Prepared(
        task,
        splits,
        tokenizer,
        tokens={name: tokenizing.token_ids(rows) for name, rows in examples.items()},
        windowed=windowed_tokens(recipe.text, examples, tokenizing),
        aligned=expected_of_words(task, recipe, examples, tokenizer),
        texts=expected_texts(task, examples, tokenizing),
        interactions=interactions(task, examples, tokenizing),
    )


def check_same_data(run: RunFolder, prepared: Prepared) -> None:
    """Raises RunError when a split is not the one that the run was trained on or measured by; it may be new to it."""
    then = run.facts["data"]["fingerprints"]
    changed = [
        name for name, examples in prepared.examples.items() if name in then and examples.fingerprint != then[name]
    ]
    if changed:
        raise RunError(
            f"The data has changed since the run was trained: {', '.join(changed)}.",
            where=f"{run.path}: data.{changed[0]}",
            hint="restore the old files, or train again",
        )


def check_same_tokenizer(run: RunFolder, tokenizer: Tokenizer) -> None:
    """Raises RunError when a tokenizer, though of the run's own files, gives other ids than that of the training."""
    if tokenizer.fingerprint != run.facts["tokenizer"]["fingerprint"]:
        raise RunError(
            "The run's tokenizer behaves differently from training, although its files are the same: this version of "
            "bert_tf or tokenizers reads them differently.",
            where=str(run.path),
            hint="install the versions listed in its run.json, or train it again",
        )
