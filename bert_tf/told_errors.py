"""An error of one process, told to the process that started it."""

from collections.abc import Mapping
from typing import Any

from bert_tf import errors
from bert_tf.errors import BertTfError


def told(error: BertTfError) -> dict[str, Any]:
    """What JSON holds of an error, for `raised`."""
    problems = list(getattr(error, "problems", ()))
    what = error.what.partition("\n")[0] if problems else error.what
    fields = {"what": what, "where": error.where, "hint": error.hint, "kind": error.kind}
    return {"class": type(error).__name__, **fields, **({"problems": problems} if problems else {})}


def raised(fields: Mapping[str, Any]) -> BertTfError:
    """The error that was told."""
    given = dict(fields)
    kind: type[BertTfError] = getattr(errors, given.pop("class"))
    return kind(given.pop("what"), **given)
