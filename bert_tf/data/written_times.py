"""Times as people and programs write them, where there is no doubt which one is meant."""

import datetime
import email.utils
import re

_TWITTER = "%a %b %d %H:%M:%S %z %Y"
_YEAR_FIRST = re.compile(r"(\d{4})([/.-])(\d{1,2})\2(\d{1,2})(?=\D|$)", re.ASCII)
_SPACE_BEFORE_ZONE = re.compile(r" (?=[+-]\d\d:?\d\d$)| (?=Z$)| UTC$| GMT$")
_WORD, _COMMENT = re.compile(r"[A-Za-z]+"), re.compile(r"\([^()]*\)")
_DAYS_AND_MONTHS = {
    *("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
    *("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
}


def parsed_time(text: str) -> datetime.datetime:
    """A time as ISO 8601 has it, also with slashes, or as e-mails and Twitter write it.

    Raises:
        ValueError: it is none of these, or leaves a doubt.
    """
    # A year in front leaves no doubt which is the month; ISO 8601 has two digits and no slashes.
    text = _YEAR_FIRST.sub(lambda found: f"{found[1]}-{found[3]:0>2}-{found[4]:0>2}", text, count=1)
    try:
        return datetime.datetime.fromisoformat(text)
    except ValueError:
        pass
    try:
        return datetime.datetime.fromisoformat(_SPACE_BEFORE_ZONE.sub(_zone_of, text))
    except ValueError:
        pass
    try:
        return datetime.datetime.strptime(text, _TWITTER)
    except ValueError:
        return _of_email(text)


def _of_email(text: str) -> datetime.datetime:
    """As RFC 2822; raises ValueError where a word has no meaning, such as PM or a zone that isn't known."""
    found = email.utils.parsedate_to_datetime(text)
    words = {word[:3].lower() for word in _WORD.findall(_COMMENT.sub("", text))} - _DAYS_AND_MONTHS
    if words and (found.tzinfo is None or words & {"am", "pm"}):
        raise ValueError(text)
    return found


def _zone_of(found: re.Match[str]) -> str:
    """A blank in front of a zone goes; a zone's name becomes the letter that ISO 8601 has for it."""
    return "Z" if found[0].strip() else ""
