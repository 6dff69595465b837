"""What `tag` says of a user's files: which columns look like entities, or words and their tags."""

from collections import Counter
from collections.abc import Mapping, Sequence

from bert_tf.data.checks import Refusal
from bert_tf.data.known_labels import KnownLabels
from bert_tf.data.survey import Column, describe_columns, name_score
from bert_tf.errors import DataError
from bert_tf.recipe.commented_toml import Entry
from bert_tf.tasks.tag.entity_rows import EntityRows
from bert_tf.tasks.tag.listed_cells import WORDS, holds_tags, listed_cells
from bert_tf.tasks.tag.spans import read_spans
from bert_tf.tasks.tag.target import NO_ENTITY, TagTarget
from bert_tf.tasks.tag.unreadable_tags import CERTAIN, unreadable_tags
from bert_tf.tasks.target_draft import CheckedLabels, Finding, Guess

_LABELS = ("entities", "spans", "tags", "ner_tags", "ner", "tag", "label", "labels", "annotations")
_TEXTS = ("text", "sentence", "content", "body", "document", "data")
_OF_SPANS = ("overlapping entities", "several annotations", "several labels", "another text", "outside the text")
_LONG_TEXT = "\0" * 10_000_000  # any place is inside it


class TagDraft:
    """See `TargetDraft`."""

    drawn = "stratified by the rarest type of entity"
    needs_two_labels = False

    def guess(self, columns: Sequence[Column], *, file: str, is_given: bool) -> Guess:
        """A column of lists of tags beside one of words, or of lists of entities."""
        found = [column for column in columns if self.could_be(column)]
        if not found:
            raise unreadable_tags(columns, file=file) or DataError(
                f"No column of {file} looks like tags of words, or like entities with start, end and label:",
                where=file,
                problems=describe_columns(columns),
                hint="set it with --label COLUMN",
            )
        label = max(found, key=lambda column: name_score(column.name, _LABELS))
        are_tags = holds_tags(label)
        written = "tags such as B-PER and O" if are_tags else "entities with start, end and label"
        others = [column for column in columns if column is not label]
        return Guess((label.name,), CERTAIN, f"lists of {written}", text=_text(others, are_words=are_tags))

    def could_be(self, column: Column) -> bool:
        """Whether its cells are lists of tags, or of entities."""
        lists = listed_cells(column)
        return holds_tags(column) or (any(lists) and _are_spans(column.name, lists))

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


def _text(columns: Sequence[Column], *, are_words: bool) -> str | None:
    """The column that such labels belong to: by its name or, of tags, one of lists of words."""
    if not are_words:
        texts = [column for column in columns if name_score(column.name, _TEXTS)]
        return max(texts, key=lambda column: name_score(column.name, _TEXTS)).name if texts else None
    scores: dict[str, tuple[float, float]] = {}
    for column in columns:
        lists = listed_cells(column)
        score = name_score(column.name, WORDS), name_score(column.name, _TEXTS)
        # Words may be numbered in a column of their own.
        if (any(score) or lists) and not _are_numbers(lists):
            scores[column.name] = score
    return max(scores, key=lambda name: scores[name], default=None)


def _are_numbers(lists: Sequence[list[object]]) -> bool:
    parts = [part for listed in lists for part in listed]
    return bool(parts) and all(isinstance(part, int) or (isinstance(part, str) and part.isdigit()) for part in parts)


def _are_spans(name: str, lists: Sequence[list[object]]) -> bool:
    """Whether most of them can be read, of those that are not empty; rows that can't be are told later."""
    found = [read_spans(name, listed, _LONG_TEXT) for listed in lists if listed]
    readable = [each for each in found if not isinstance(each, Refusal) or each.reason in _OF_SPANS]
    return len(readable) > len(found) / 2 and any(map(bool, readable))


def _entities_of_types(train: CheckedLabels) -> Counter[str]:
    found: Counter[str] = Counter()
    for value, rows in train.labels.items():
        for _, _, kind in value:
            found[kind] += rows
    return found
