"""The words of texts, for a task whose answers are of words: where they stand, and what is expected of each."""

from collections.abc import Mapping

from bert_tf.batches.word_targets import Alignment
from bert_tf.data.examples import Examples
from bert_tf.errors import RecipeError
from bert_tf.recipe.schema import Recipe
from bert_tf.tasks.task import Task
from bert_tf.text.huggingface import HuggingFaceTokenizer
from bert_tf.text.tokenizer import WordpieceTokenizer
from bert_tf.text.word_places import WordPlaces, joined_places

_ROWS = 2048  # texts that are split at once

Tokenizer = WordpieceTokenizer | HuggingFaceTokenizer


def expected_of_words(task: Task, recipe: Recipe, examples: Mapping[str, Examples], tokenizer: Tokenizer) -> Alignment:
    """What is right for each word of the texts of each split, cut or not; nothing for a task that reads whole texts.

    Raises:
        RecipeError: as `word_tokenizer`.
    """
    if task.align is None:
        return Alignment()
    words = word_tokenizer(recipe, tokenizer)
    return task.align(examples, {name: places_of(rows, words) for name, rows in examples.items()})


def places_of(rows: Examples, tokenizer: WordpieceTokenizer) -> WordPlaces:
    """Where the words of a split's texts stand."""
    starts = range(0, len(rows), _ROWS)
    return joined_places([tokenizer.word_places(rows.texts(start, start + _ROWS)) for start in starts])


def word_tokenizer(recipe: Recipe, tokenizer: Tokenizer) -> WordpieceTokenizer:
    """The tokenizer of a task that reads words.

    Raises:
        RecipeError: the recipe pairs or tokenizes texts as such a task can't use them.
    """
    if recipe.data.text_pair is not None:
        raise RecipeError(
            f"The task {recipe.task} reads single texts, not pairs.", where="data.text_pair", hint="remove it"
        )
    if isinstance(tokenizer, HuggingFaceTokenizer):
        raise RecipeError(
            f"The task {recipe.task} needs an encoder whose tokenizer is WordPiece: where its words stand in a text is "
            "computed in the graph.",
            where="model.encoder",
            hint="use an encoder of the BERT family with WordPiece, such as minilm-l6 or bert-base",
        )
    return tokenizer
