"""Rows of words with tags, or of a text with marks in it, as rows of a text and its entities."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from bert_tf.data.checks import Refusal, check_text
from bert_tf.data.row_blocks import BlockItem, Cells, RowBlock, changed, combined, in_order, once, row_by_row
from bert_tf.data.rows import BadRow, Header, Row
from bert_tf.plurals import counted
from bert_tf.tasks.tag.annotation_remarks import SHOWN, AnnotationRemarks
from bert_tf.tasks.tag.spans import Span, Spans, are_annotations, finished, read_spans
from bert_tf.tasks.tag.tag_sequences import BadTagError, tagged_entities
from bert_tf.tasks.tag.written_tags import written_tags, written_words

_ABSENT = object()
_Found = tuple[str, Spans] | Refusal  # a text and its entities
_ANSWER, _ACCEPTED, _PUT_ASIDE = "answer", "accept", ("reject", "ignore")  # of Prodigy
_TEXT = "text"


class EntityList(tuple[Span, ...]):
    """Entities that were read, and stand in their text."""


class _ReadRows:
    """Different rows of a block, as they are read.

    Attributes:
        alone: What is told of those that are there once.
        files: The same of each of the others too, and how often these are there.
    """

    def __init__(self) -> None:
        self.alone = AnnotationRemarks()
        self.files = [(self.alone, 1)]
        self._texts, self._labels = list[str](), list[EntityList]()
        self._refused, self._codes = list[tuple[str, str]](), list[int]()

    def counted(self, times: int) -> AnnotationRemarks:
        """What gets told of a row that is `times` there."""
        self.files.append((AnnotationRemarks(), times))
        return self.files[-1][0]

    def add(self, found: tuple[str, Spans] | Refusal) -> None:
        """The next row."""
        if isinstance(found, Refusal):
            self._codes.append(len(self._refused))
            self._refused.append((found.reason, found.message))
            found = "", ()
        else:
            self._codes.append(-1)
        self._texts.append(found[0])
        self._labels.append(EntityList(found[1]))

    def cells(self, places: np.ndarray) -> tuple[Cells, Cells, Cells]:
        """Texts, labels and what is refused, of rows that are some of these."""
        texts, labels = once(self._texts), once(self._labels)
        refused = np.array(self._codes, np.int32)
        return (
            Cells(texts.values, texts.codes[places]),
            Cells(labels.values, labels.codes[places]),
            Cells(self._refused, refused[places]),
        )


class _Place(NamedTuple):
    """Where a row stands."""

    name: str
    number: int
    lines: int

    def of_word(self, word: int) -> str:
        # A sentence of a CoNLL file has a line for each word.
        return f"{self.name}:{self.number + word * (self.lines > 1)}"


class EntityRows:
    """Reads rows.

    Args:
        text: Column of the text, or of the list of its words.
        label: Column of the entities, or of the list of tags.
        tags: Names of tags by id, where they are ids.
        word_prefix: Taken off each word that begins with it.
    """

    def __init__(self, text: str, label: str, *, tags: Sequence[str] | None, word_prefix: str) -> None:
        self._text, self._label = text, label
        self._tags, self._prefix = tags, word_prefix

    def __call__(self, items: Iterable[BlockItem]) -> Iterator[BlockItem]:
        """The same items, though some blocks row by row.

        A row that can be read has a string as its text and an `EntityList` as its label. At the end of a file come
        remarks on how it is tagged, and what of that was mended.
        """
        file, name = AnnotationRemarks(), ""
        for item in items:
            if isinstance(item, Header):
                yield from file.remarks()
                file, name = AnnotationRemarks(), item.name
                # Lists are what words and tags are.
                yield item._replace(lists={})
                continue
            block = self._of_block(item, file, name) if isinstance(item, RowBlock) else None
            if block is not None:
                yield block
                continue
            for each in row_by_row([item]):
                if isinstance(each, Row) and self._is_put_aside(each):
                    file.put_aside.append(f"{name}:{each.number}")
                elif isinstance(each, Row) and self._is_unfinished(each):
                    file.skipped.append(f"{name}:{each.number}")
                else:
                    yield self._read(each, file, name) if isinstance(each, Row) else each
        yield from file.remarks()

    def _of_block(self, block: RowBlock, file: AnnotationRemarks, name: str) -> RowBlock | None:
        """The rows of a block, of which equal ones are read once; None where each must be read by itself."""
        texts, labels = block.cells.get(self._text), block.cells.get(self._label)
        if texts is None or labels is None or (_ANSWER in block.cells and _ANSWER not in (self._text, self._label)):
            return None
        good = np.flatnonzero(block.bad.codes < 0)
        codes = [texts.codes[good], labels.codes[good]]
        if any((found < 0).any() for found in codes):
            return None
        order, read = in_order(combined(codes)), _ReadRows()
        first = good[order.first]
        places = [of_rows[first].tolist() for of_rows in (texts.codes, labels.codes, block.numbers, block.lines)]
        for text, label, number, lines, times in zip(*places, order.rows.tolist(), strict=True):
            told = read.counted(times) if times > 1 else read.alone
            found = self._found(texts.values[text], labels.values[label], _Place(name, number, lines), told)
            if found is None:
                return None
            read.add(found)
        if any(file.lacks_places(counts) for counts, _ in read.files):
            return None
        for counts, times in read.files:
            file.add(counts, times=times)
        found_texts, found_labels, refused = read.cells(order.places)
        return changed(block, good, changes={self._text: found_texts, self._label: found_labels}, refused=refused)

    def _is_put_aside(self, row: Row) -> bool:
        """Prodigy keeps texts whose marks its user has called wrong, or hasn't judged."""
        return row.values.get(_ANSWER) in _PUT_ASIDE and _ANSWER not in (self._text, self._label)

    def _is_unfinished(self, row: Row) -> bool:
        """Label Studio exports tasks that were skipped, or that nobody has opened."""
        label = row.values.get(self._label)
        if label == [] and isinstance(row.values.get(self._text), dict):
            return True
        return are_annotations(label) and not finished(label)

    def _read(self, row: Row, file: AnnotationRemarks, name: str) -> Row | BadRow:
        values, place = row.values, _Place(name, row.number, row.lines)
        # Prodigy leaves out the key where its user has marked nothing.
        absent: object = [] if values.get(_ANSWER) == _ACCEPTED else _ABSENT
        found = self._found(values.get(self._text), values.get(self._label, absent), place, file)
        if found is None:
            return row
        if isinstance(found, Refusal):
            return BadRow(row.number, found.reason, found.message)
        return row._replace(values={**row.values, self._text: found[0], self._label: EntityList(found[1])}, lines=1)

    def _found(
        self, text: object, label: object, place: _Place, file: AnnotationRemarks
    ) -> tuple[str, Spans] | Refusal | None:
        """The text of a row and its entities; None of one that has none of both."""
        if isinstance(text, dict):  # Label Studio's data
            text = self._text_of(text)
        if isinstance(text, Refusal):
            return text
        if isinstance(text, str | bytes) and isinstance(label, str | bytes):
            tags = written_tags(label)
            text, label = (text, label) if tags is None else (written_words(text), tags)
        if isinstance(text, list):
            return self._of_words(text, label, place, file)
        if isinstance(text, str | bytes) and label is not _ABSENT:
            return self._of_text(text, label, place, file)
        return None

    def _text_of(self, data: dict[str, object]) -> object:
        """The text of a task: the one that is called so, or the only one."""
        texts = [key for key, value in data.items() if isinstance(value, str)]
        if _TEXT in texts or len(texts) == 1:
            return data[_TEXT if _TEXT in texts else texts[0]]
        return Refusal("several texts", f"{self._text} has {counted(len(texts), 'text')}: {', '.join(texts)}")

    def _of_text(
        self, cell: str | bytes, label: object, place: _Place, file: AnnotationRemarks
    ) -> tuple[str, Spans] | Refusal:
        checked = check_text(self._text, cell)
        if isinstance(checked, Refusal):
            return checked
        text = checked.decode()
        spans = read_spans(self._label, label, text)
        if isinstance(spans, Refusal):
            return spans
        for start, end, _ in spans:
            if _joins(text, start) or _joins(text, end):
                file.cut_words += 1
                if len(file.inside) < SHOWN:
                    file.inside.append(f"{text[start:end]!r} at {place.of_word(0)}")
        return text, spans

    def _of_words(
        self, cell: list[object], label: object, place: _Place, file: AnnotationRemarks
    ) -> tuple[str, Spans] | Refusal:
        words = [self._word(word) for word in cell]
        if not all(words):
            return Refusal("empty word", f"{self._text} has an empty word, or one that is no string")
        tags = self._named(label)
        if isinstance(tags, Refusal):
            return tags
        if len(tags) != len(words):
            message = f"{self._label} has {len(tags)} tags for {len(words)} words"
            return Refusal("words and tags", message)
        try:
            entities = tagged_entities(tags, beginnings=file.beginnings, place=place.of_word)
        except BadTagError as problem:
            return Refusal("bad tag", str(problem))
        if not entities:
            return " ".join(words), ()
        if len(words) == 1:
            return words[0], ((0, len(words[0]), entities[0].type),)
        ends, end = [], -1
        for word in words:
            end += 1 + len(word)
            ends.append(end)
        spans = tuple((ends[one.first] - len(words[one.first]), ends[one.last], one.type) for one in entities)
        return " ".join(words), spans

    def _word(self, word: object) -> str:
        if isinstance(word, dict):  # Prodigy's tokens
            word = word.get("text")
        return word.removeprefix(self._prefix).strip() if isinstance(word, str) else ""

    def _named(self, label: object) -> list[str] | Refusal:
        """The tags, of ids their names."""
        if not isinstance(label, list):
            return Refusal(
                "words and tags", f"{self._label} is no list of tags, though {self._text} is a list of words"
            )
        if set(map(type, label)) <= {str}:
            return label
        if self._tags is None:
            return Refusal("ids of tags", f"{self._label} has ids, but no names of tags are known")
        known = range(len(self._tags))
        unknown = [tag for tag in label if not isinstance(tag, int) or tag not in known]
        if unknown:
            return Refusal("ids of tags", f"{self._label} has the id {unknown[0]!r}, but ids are 0 to {known[-1]}")
        return [self._tags[tag] for tag in label]


def _joins(text: str, place: int) -> bool:
    """Whether characters of one word stand on both sides of a place, as BERT's tokenizers split texts."""
    return 0 < place < len(text) and all(map(_is_of_longer_words, text[place - 1 : place + 1]))


def _is_of_longer_words(character: str) -> bool:
    """Kana, Hangul, currency signs and emoji are; an ideograph, or a mark of punctuation, is a word of its own."""
    if character.isascii():
        return character.isalnum()
    is_apart = unicodedata.category(character)[0] in "CPZ"
    return not is_apart and not unicodedata.name(character, "").startswith("CJK ")
