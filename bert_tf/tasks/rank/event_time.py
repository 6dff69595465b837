"""A cell that holds a time."""

import datetime

from bert_tf.data.checks import Refusal, check_text
from bert_tf.data.written_times import parsed_time
from bert_tf.tasks.regress.number_cell import check_number


def check_time(column: str, value: object) -> float | Refusal:
    """A time as a number, of a number or a date: seconds since 1970 of a date, in UTC where it has no offset.

    Numbers are taken as they are, whatever their unit; they have to be of one unit in all files.
    """
    if isinstance(value, datetime.datetime | datetime.date):
        return _seconds(value)
    number = check_number(column, value)
    if not isinstance(number, Refusal):
        return number
    text = check_text(column, value)
    if isinstance(text, Refusal):
        return Refusal("no time", text.message)
    try:
        return _seconds(parsed_time(text.decode().strip()))
    except (ValueError, OverflowError, TypeError):
        return Refusal("no time", f"{column} is {text.decode()!r}, neither a number nor a date such as 2026-11-29")


def _seconds(date: datetime.date) -> float:
    moment = date if isinstance(date, datetime.datetime) else datetime.datetime(date.year, date.month, date.day)
    return (moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)).timestamp()
