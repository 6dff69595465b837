"""Files that surely hold tags of words, but not as they can be read: what to say of them."""

import re
from collections.abc import Sequence

from bert_tf.data.survey import NAMED, Column, name_score
from bert_tf.tasks.tag.listed_cells import WORDS, count_parts, listed_cells
from bert_tf.tasks.target_draft import UnreadableLabelsError

CERTAIN = 2 * NAMED  # nothing else is written so
_NAMES = ("tags", "tag", "ner_tags", "ner", "labels", "label", "iob", "bio")
_TAG = re.compile(r"O|[BIMESLUW]-\S+")
_UNDERLINE, _SUFFIX = re.compile(r"([BIMESLUW])[_:](\S+)"), re.compile(r"(\S+)[-_]([BIMESLUW])")
_LETTERS = frozenset("BIMESLUW")
_LEAST_CHARACTERS = 20  # of a text, on average
_MOSTLY = 0.95  # of the rows
_WORDS_AND_TAGS = '{"tokens": ["Ada", "is", "here"], "ner_tags": ["B-PER", "O", "O"]}'


def unreadable_tags(columns: Sequence[Column], *, file: str) -> UnreadableLabelsError | None:
    """The refusal of a file with one word in each row, or whose tags have no names or are written otherwise."""
    single = next((column for column in columns if _has_single_tags(column)), None)
    if single is not None and not any(map(_is_text, columns)):
        return UnreadableLabelsError(
            f"Column {single.name!r} of {file} has the tag of a single word in each row; a row has to be a sentence.",
            certainty=CERTAIN,
            where=file,
            hint=f"write a sentence per line, {_WORDS_AND_TAGS}, such as with pandas: frame.groupby(SENTENCE)"
            '[[WORD, TAG]].agg(list).to_json("train.jsonl", orient="records", lines=True); or CoNLL lines, with '
            "a blank line after each sentence",
        )
    lists = {column.name: found for column in columns if (found := listed_cells(column)) and any(found)}
    words = next((name for name, found in lists.items() if name_score(name, WORDS) and _are_all(found, str)), None)
    labels = [name for name in lists if name != words and name_score(name, _NAMES) == NAMED]
    if words is None or not labels:
        return None
    label = max(labels, key=lambda name: -_NAMES.index(name.lower()))
    by_name = {column.name: column for column in columns}
    problem = _problem(label, lists[label], words=words)
    are_of_words = count_parts(by_name[label]) == count_parts(by_name[words])
    # As many as there are words; else they may be labels of the texts.
    if problem is None or not (are_of_words or _are_nested(lists[label])):
        return None
    what, hint = problem
    return UnreadableLabelsError(f"Column {label!r} of {file} {what}.", certainty=CERTAIN, where=file, hint=hint)


def _problem(label: str, lists: Sequence[list[object]], *, words: str) -> tuple[str, str] | None:
    """What a column has, and what to do."""
    if _are_all(lists, int):
        most = max(int(str(part)) for listed in lists for part in listed)
        return (
            f"has ids of tags, 0 to {most}, and nothing says what they stand for",
            f'write the recipe by hand: task = "tag", data.text = "{words}", data.label = "{label}" and, in the order '
            'of the ids, tag.tags = ["O", "B-PER", "I-PER", …]',
        )
    if not _are_all(lists, str):
        return (
            f"has no tag for each word in {words!r}",
            f"write {_WORDS_AND_TAGS}, or a text with entities: "
            '{"text": "Ada is here", "spans": [{"start": 0, "end": 3, "label": "PER"}]}',
        )
    tag = next((str(tag) for listed in lists for tag in listed if not _TAG.fullmatch(str(tag))), None)
    if tag is None:
        kinds = {tag for listed in lists for tag in listed}
        return ("has no entities: all tags are O", "choose a file with entities") if kinds == {"O"} else None
    return f"has the tag {tag!r}, which is none of O, B-TYPE and I-TYPE", _mended(tag)


def _mended(tag: str) -> str:
    if tag.rstrip("-") in _LETTERS:
        return f"write a type behind it: {tag[0]}-PER"
    if found := _UNDERLINE.fullmatch(tag.upper() if tag.islower() else tag):
        return f"write {found[1]}-{found[2]} for {tag!r}"
    if tag.islower() and _TAG.fullmatch(tag.upper()):
        return f"write {tag.upper()} for {tag!r}, and O"
    if found := _SUFFIX.fullmatch(tag):
        return f"write {found[2]}-{found[1]} for {tag!r}"
    return f"write B-{tag} for the first word of each entity, I-{tag} for its other words, and O outside"


def _has_single_tags(column: Column) -> bool:
    """Whether the cells are tags, one in each, of more than one kind."""
    rows = sum(times for value, times in column.values.items() if _TAG.fullmatch(value.strip()))
    kinds = {value.strip() for value in column.values}
    # Names such as B-1 and L-2 may be labels.
    return rows >= _MOSTLY * max(column.filled, 1) and "O" in kinds and any(kind[:2] in ("B-", "I-") for kind in kinds)


def _is_text(column: Column) -> bool:
    """Whether the cells are more than words, and mostly different."""
    return column.mean_characters >= _LEAST_CHARACTERS and column.distinct > column.filled / 2


def _are_nested(lists: Sequence[list[object]]) -> bool:
    return any(isinstance(part, list | dict) for listed in lists for part in listed)


def _are_all(lists: Sequence[list[object]], kind: type) -> bool:
    return all(isinstance(part, kind) and not isinstance(part, bool) for listed in lists for part in listed)
