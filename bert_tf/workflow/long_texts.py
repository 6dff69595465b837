"""What a recipe says of texts longer than a row: cut, or measured and served as windows."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from bert_tf.batches.cache import Tokenizing
from bert_tf.batches.windowed import WindowedTokens
from bert_tf.data.examples import Examples
from bert_tf.errors import RecipeError
from bert_tf.recipe.schema import Text
from bert_tf.text.windows import Windows


def chosen_windows(text: Mapping[str, Any]) -> Windows | None:
    """The windows that a recipe's table `text` asks for, also of a recipe from before there were any; None if cut."""
    if text.get("long_texts", "cut") == "cut":
        return None
    return Windows(max_tokens=text["max_tokens"], overlap=text["window_overlap"], most=text["max_windows"])


def longest_measured(text: Mapping[str, Any]) -> int:
    """Tokens of the longest text that is measured whole, special tokens included."""
    windows = chosen_windows(text)
    return int(text["max_tokens"]) if windows is None else windows.longest_row


def windowed_tokens(text: Text, examples: Mapping[str, Examples], tokenizing: Tokenizing) -> dict[str, WindowedTokens]:
    """The windows of the splits that are measured; none where long texts are cut.

    Raises:
        RecipeError: windows are asked for and the tokenizer has none.
    """
    windows = chosen_windows(text.model_dump())
    if windows is None:
        return {}
    if not tokenizing.tokenizer.in_graph:
        raise RecipeError(
            "Windows are made in the graph, but this encoder's tokenizer can't be built into it.",
            where="text.long_texts",
            hint='use "cut", or an encoder whose tokenizer is WordPiece',
        )
    longer = dataclasses.replace(tokenizing, max_tokens=windows.longest_row)
    return {name: WindowedTokens(longer.token_ids(rows), windows) for name, rows in examples.items() if name != "train"}
