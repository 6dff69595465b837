"""What a recipe says of texts longer than a row: cut, or measured and served as windows."""

from collections.abc import Mapping
from typing import Any

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
