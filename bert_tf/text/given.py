"""Texts as a caller has them: any iterable of strings, such as a list or a column of pandas."""

from collections.abc import Iterable

from bert_tf.errors import BertTfError


def list_of_texts(texts: Iterable[str], *, name: str, error: type[BertTfError]) -> list[str]:
    """The texts as a list.

    Args:
        texts: What the caller gave.
        name: Of the argument.
        error: What is raised where it is a single text, can't be iterated over, or holds something else than strings;
            it tells the first position, counted from 0.
    """
    if isinstance(texts, str | bytes):
        raise error("Expected a list of strings, got a string.", where=name, hint="predict([text])")
    try:
        found = list(texts)
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
