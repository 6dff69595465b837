"""Texts as callers give them."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from bert_tf.errors import BertTfError


def list_of_texts(texts: Iterable[str], *, name: str, error: type[BertTfError]) -> list[str]:
    """The texts as a list.

    Args:
        texts: What the caller gave: strings in anything that can be iterated over, a pandas data frame of one column,
            or a `tf.data.Dataset` of strings, in batches or not.
        name: Of the argument.
        error: What is raised where it is a single text, can't be iterated over, has several columns or keys, or holds
            something else than strings; it tells the first position, counted from 0.
    """
    if isinstance(texts, str | bytes):
        raise error("Expected a list of strings, got a string.", where=name, hint="predict([text])")
    try:
        found = list(_values(texts, name=name, error=error))
    except TypeError:
        raise error(f"Expected a list of strings, got {type(texts).__name__}.", where=name) from None
    for position, text in enumerate(found):
        if not isinstance(text, str):
            shown = repr(text)
            raise error(
                f"Expected strings, but {shown if len(shown) <= 40 else f'{shown[:39]}…'} is of type "
                f"{type(text).__name__}.",
                where=f"{name}, position {position}",
                hint="drop such rows, or convert the values with str(value)",
            )
    return found


def _values(texts: Any, *, name: str, error: type[BertTfError]) -> Iterable[Any]:
    if hasattr(texts, "as_numpy_iterator"):
        return _of_dataset(texts, name=name, error=error)
    if hasattr(texts, "iloc") and hasattr(texts, "columns"):
        # To iterate over a data frame gives the names of its columns.
        if len(texts.columns) != 1:
            columns = ", ".join(map(str, texts.columns[:10]))
            hint = f"predict(frame[{str(texts.columns[0]) if len(texts.columns) else 'text'!r}])"
            raise error(f"Expected one column of texts, got a data frame of {columns}.", where=name, hint=hint)
        return texts.iloc[:, 0]
    if isinstance(texts, Mapping):
        # To iterate over it gives its keys, which are strings too.
        hint = f"predict(texts[{next(iter(texts), 'text')!r}])"
        raise error(f"Expected a list of strings, got a {type(texts).__name__} of keys.", where=name, hint=hint)
    return texts


def _of_dataset(dataset: Any, *, name: str, error: type[BertTfError]) -> Iterable[Any]:
    for element in dataset.as_numpy_iterator():
        if isinstance(element, tuple | dict):
            raise error(
                f"Expected a dataset of strings; the elements of this one are of type {type(element).__name__}.",
                where=name,
                hint="predict(dataset.map(lambda text, label: text))",
            )
        for value in np.ravel(element).tolist():
            yield value.decode("utf-8", "replace") if isinstance(value, bytes) else value
