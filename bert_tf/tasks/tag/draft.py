"""What `tag` says of a user's files: which columns look like entities, or words and their tags."""

import ast
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from bert_tf.data.checks import Refusal
from bert_tf.data.known_labels import KnownLabels
from bert_tf.data.survey import NAMED, Column, describe_columns, name_score
from bert_tf.errors import DataError
from bert_tf.recipe.commented_toml import Entry
from bert_tf.tasks.tag.entity_rows import EntityRows
from bert_tf.tasks.tag.spans import read_spans
from bert_tf.tasks.tag.target import NO_ENTITY, TagTarget
from bert_tf.tasks.target_draft import CheckedLabels, Finding, Guess

_LABELS = ("entities", "spans", "tags", "ner_tags", "ner", "tag", "label", "labels", "annotations")
_TEXTS = ("text", "sentence", "content", "body", "document", "data")
_WORDS = ("tokens", "token", "words", "word")
_TAG = re.compile(r"O|[BIESLU]-.+", re.DOTALL)
_CERTAIN = 2 * NAMED  # nothing else is written so
_LOOKED_AT, _CHARACTERS = 50, 1_000_000  # values of a column, and how much of it is parsed
_LONG_TEXT = "\0" * 10_000_000  # any place is inside it


class TagDraft:
    """See `TargetDraft`."""

    drawn = "stratified by the rarest type of entity"

    def guess(self, columns: Sequence[Column], *, file: str, is_given: bool) -> Guess:
        """A column of lists of tags beside one of words, or of lists of entities."""
        found = [column for column in columns if self.could_be(column)]
        if not found:
            raise DataError(
                f"No column of {file} looks like tags of words, or like entities with start, end and label:",
                where=file,
                problems=describe_columns(columns),
                hint="set it with --label COLUMN",
            )
        label = max(found, key=lambda column: name_score(column.name, _LABELS))
        are_tags = _are_tags(_lists(label))
        named = _WORDS if are_tags else _TEXTS
        texts = [column for column in columns if name_score(column.name, named) and column is not label]
        text = max(texts, key=lambda column: name_score(column.name, named)).name if texts else None
        written = "tags such as B-PER and O" if are_tags else "entities with start, end and label"
        return Guess((label.name,), _CERTAIN, f"lists of {written}", text=text)

    def could_be(self, column: Column) -> bool:
        """Whether its cells are lists of tags, or of entities."""
        lists = _lists(column)
        return bool(lists) and any(lists) and (_are_tags(lists) or _are_spans(column.name, lists))

    def target(self, columns: Sequence[str], settings: Mapping[str, object], *, text: str) -> TagTarget:
        """Merges spellings."""
        rows = EntityRows(text, columns[0], tags=None, word_prefix="")
        return TagTarget(rows, columns[0], KnownLabels(merges=True))

    def described(self, train: CheckedLabels) -> str:
        """`entities of 2 types: LOC, PER`."""
        names = sorted(_entities_of_types(train))
        said = f"entities of {len(names)} types" if len(names) != 1 else "entities of 1 type"
        return f"{said}: {', '.join(names)}" if len(names) <= 6 else said

    def finding(self, train: CheckedLabels) -> Finding:
        """How many entities there are of each type."""
        found = _entities_of_types(train)
        shares = [f"{name} {count:,}" for name, count in found.most_common(8)]
        more = ", …" if len(found) > 8 else ""
        return Finding("entities", f"{found.total():,}", f"{', '.join(shares)}{more}; {train.labels[()]:,} {NO_ENTITY}")

    def column_entries(self, columns: Sequence[str]) -> list[Entry]:
        """`label`."""
        return [Entry("label", columns[0])]

    def label_entries(self, splits: Mapping[str, CheckedLabels]) -> list[Entry]:
        """Nothing: types are those of the training rows."""
        return []

    def settings(self, train: CheckedLabels) -> Mapping[str, list[Entry]]:
        """None."""
        return {}

    def notes(self, splits: Mapping[str, CheckedLabels]) -> list[str]:
        """Types with a single entity."""
        single = [name for name, count in _entities_of_types(splits["train"]).items() if count == 1]
        return [f"types with a single entity can't be learned: {', '.join(single[:5])}"] if single else []


def _lists(column: Column) -> list[list[object]]:
    """The first different cells as lists, without the longest of a column that is long altogether; none where one is no
    list. Lists were counted as Python writes them."""
    found: list[list[object]] = []
    characters = 0
    for value in sorted(list(column.values)[:_LOOKED_AT], key=len):
        characters += len(value)
        if found and characters > _CHARACTERS:
            break
        listed = _list_of(value)
        if listed is None:
            return []
        found.append(listed)
    return found


def _list_of(value: str) -> list[object] | None:
    if not value.startswith(("[", "{")):
        return None
    for parse in (json.loads, ast.literal_eval):
        try:
            found = parse(value)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        if isinstance(found, dict):  # spaCy's
            found = found.get("entities")
        return found if isinstance(found, list) else None
    return None


def _are_tags(lists: Sequence[list[object]]) -> bool:
    tags = {tag for listed in lists for tag in listed if isinstance(tag, str)}
    are_all = all(isinstance(tag, str) and _TAG.fullmatch(tag) for listed in lists for tag in listed)
    return are_all and len(tags) > 1


def _are_spans(name: str, lists: Sequence[list[object]]) -> bool:
    found = [read_spans(name, listed, _LONG_TEXT) for listed in lists]
    return all(not isinstance(each, Refusal) or each.reason == "overlapping entities" for each in found)


def _entities_of_types(train: CheckedLabels) -> Counter[str]:
    found: Counter[str] = Counter()
    for value, rows in train.labels.items():
        for _, _, kind in value:
            found[kind] += rows
    return found
