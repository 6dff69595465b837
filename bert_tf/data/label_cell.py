"""A cell that holds the name of a label."""

import math
from decimal import Decimal

from bert_tf.data.checks import Refusal, check_text
from bert_tf.data.labels import is_blank, label_name


def check_name(column: str, value: object) -> str | Refusal:
    """The name that a cell holds, in the spelling of `label_name`, or what is wrong with it."""
    match value:
        case str():
            pass
        case None:
            return Refusal("missing label", f"{column} is missing")
        case bool():
            return "true" if value else "false"
        case float() | Decimal() if math.isnan(value):
            return Refusal("missing label", f"{column} is not a number (NaN)")
        case float() | Decimal() if not math.isfinite(value) or value.as_integer_ratio()[1] > 1:
            return Refusal("wrong type", f"{column} is {value}, neither a string nor a whole number")
        case int() | float() | Decimal():
            return str(int(value))
    name = check_text(column, value)
    if isinstance(name, Refusal):
        return Refusal("missing label", name.message) if name.reason == "empty text" else name
    text = value if isinstance(value, str) else name.decode()
    return Refusal("missing label", f"{column} is empty") if is_blank(text) else label_name(text)
