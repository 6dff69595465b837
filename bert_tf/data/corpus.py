"""Answers that a model searches, and questions whose right answer is known, from files."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bert_tf.data.checked_rows import column_problem
from bert_tf.data.checks import Refusal, check_identifier, check_text
from bert_tf.data.file_format import AS_FOUND, FileFormat
from bert_tf.data.files import read_files
from bert_tf.data.rows import BadRow, Header, Remark
from bert_tf.errors import DataError
from bert_tf.nearest_name import did_you_mean
from bert_tf.plurals import counted

LARGEST_CORPUS = 200_000
_SHOWN = 10  # bad rows that a message lists
_COMPARED = 1000  # ids that a misspelt one is compared with: each takes a while

_Place = tuple[str, Mapping[str, object]]


@dataclass(frozen=True)
class Corpus:
    """Answers in the order of their file, N ≥ 1.

    Attributes:
        ids: Each answer's own.
        texts: UTF-8.
        metadata: Of each answer an object in JSON with the columns that were asked for; None where there were none.
        repeated_texts: How many texts stand before under another id.
    """

    ids: tuple[str, ...]
    texts: tuple[bytes, ...]
    metadata: tuple[str, ...] | None
    repeated_texts: int

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def sha256(self) -> str:
        """Hex SHA-256 of ids, texts and metadata in their order, whatever file they come from."""
        found = hashlib.sha256()
        rows = zip(self.ids, self.texts, self.metadata or [None] * len(self), strict=True)
        for name, text, more in rows:
            found.update(json.dumps([name, text.decode(), more]).encode())
        return found.hexdigest()


@dataclass(frozen=True)
class Questions:
    """Questions with their right answer.

    Attributes:
        texts: UTF-8.
        answers: Place of the right answer in the corpus; -1 where no answer fits. int64, one for each text.
        is_held_out: Whether they are a run's own rows. As a rule all of these have an answer, so that they also serve
            as questions that no answer fits: with their right one taken away.
    """

    texts: tuple[bytes, ...]
    answers: np.ndarray
    is_held_out: bool = False

    @property
    def in_scope(self) -> np.ndarray:
        """Which of them have an answer in the corpus, bool."""
        return self.answers >= 0


def make_corpus(ids: Sequence[str], texts: Sequence[bytes], metadata: Sequence[str] | None) -> Corpus:
    """A corpus of columns that were checked before."""
    more = None if metadata is None else tuple(metadata)
    return Corpus(tuple(ids), tuple(texts), more, len(texts) - len(set(texts)))


def read_corpus(
    pattern: str,
    *,
    text: str = "text",
    identifier: str = "id",
    metadata: Sequence[str] = (),
    is_bounded: bool = True,
    file_format: FileFormat = AS_FOUND,
) -> Corpus:
    """The answers in files.

    Args:
        pattern: A path, glob or URI.
        text: Column of the answer's text.
        identifier: Column of its id: a text or a whole number.
        metadata: Further columns to keep with the answer.
        is_bounded: Whether more than `LARGEST_CORPUS` are refused.
        file_format: How the files are written.

    Raises:
        DataError: no rows, a column is missing, a text or an id is empty, two answers have one id, or there are too
            many.
    """
    rows = _Rows(pattern, (text, identifier), more=metadata, file_format=file_format)
    places: dict[str, str] = {}
    texts: list[bytes] = []
    more: list[str] = []
    for place, values in rows:
        name, found = check_identifier(identifier, values.get(identifier)), check_text(text, values.get(text))
        if isinstance(name, Refusal) or isinstance(found, Refusal):
            rows.refuse(place, next(each.message for each in (name, found) if isinstance(each, Refusal)))
        elif name in places:
            rows.refuse(place, f"the id {name!r} is that of {places[name]} already")
        elif is_bounded and len(places) == LARGEST_CORPUS:
            raise _too_many(pattern)
        else:
            kept = _object({column: values.get(column) for column in metadata})
            if isinstance(kept, Refusal):
                rows.refuse(place, kept.message)
                continue
            places[name] = place
            texts.append(found)
            more.append(kept)
    rows.check("answer")
    if not texts:
        raise DataError(f"{pattern} has no answers.", where=pattern, hint="an index needs at least one")
    return make_corpus(list(places), texts, more if metadata else None)


def read_questions(
    pattern: str,
    corpus: Corpus,
    *,
    question: str = "question",
    answer: str = "id",
    file_format: FileFormat = AS_FOUND,
) -> Questions:
    """Questions with the id of the right answer, which is empty where no answer of the corpus fits.

    Args:
        pattern: A path, glob or URI.
        corpus: The answers.
        question: Column of the question.
        answer: Column of the answer's id.
        file_format: How the files are written.

    Raises:
        DataError: no rows, a column is missing, a question is empty, or an id is not one of the corpus.
    """
    known = {name: place for place, name in enumerate(corpus.ids)}
    rows, texts, answers = _Rows(pattern, (question, answer), file_format=file_format), [], []
    for place, values in rows:
        found, right = check_text(question, values.get(question)), values.get(answer)
        name = None if right is None or right in ("", b"") else check_identifier(answer, right)
        if isinstance(found, Refusal) or isinstance(name, Refusal):
            rows.refuse(place, next(each.message for each in (found, name) if isinstance(each, Refusal)))
        elif name is not None and name not in known:
            rows.refuse(place, f"no answer has the id {name!r}{_nearest(name, corpus.ids)}")
        else:
            texts.append(found)
            answers.append(-1 if name is None else known[name])
    rows.check("question")
    return Questions(tuple(texts), np.array(answers, np.int64))


class _Rows:
    """The rows of files, each with its place; those that can't be used are told.

    Args:
        pattern: A path, glob or URI.
        needed: Columns that each row has to have.
        more: Columns that a file has to have, but a row of JSON may lack.
        file_format: How the files are written.
    """

    def __init__(
        self, pattern: str, needed: Sequence[str], *, more: Sequence[str] = (), file_format: FileFormat
    ) -> None:
        self._pattern, self._needed, self._columns = pattern, needed, (*needed, *more)
        self._file_format = file_format
        self._refused: list[str] = []
        self._count = 0

    def __iter__(self) -> Iterator[_Place]:
        name = self._pattern
        for item in read_files(self._pattern, wanted=self._columns, file_format=self._file_format):
            if isinstance(item, Header):
                name = item.name
                self._check_columns(item)
            elif isinstance(item, BadRow):
                self.refuse(f"{name}:{item.number}", item.message)
            elif not isinstance(item, Remark):
                missing = [column for column in self._needed if column not in item.values]
                place = f"{name}:{item.number}"
                if missing:
                    self.refuse(place, f"{missing[0]} is missing in this row")
                else:
                    yield place, item.values

    def refuse(self, place: str, message: str) -> None:
        """Keep what is wrong with a row."""
        self._count += 1
        if self._count <= _SHOWN:
            self._refused.append(f"{place}: {message}")

    def check(self, noun: str) -> None:
        """Raises DataError where a row was refused."""
        if self._count:
            more = self._count - len(self._refused)
            raise DataError(
                f"{counted(self._count, noun)} can't be used.",
                where=self._pattern,
                hint="correct or remove these rows",
                problems=[*self._refused, *([f"… and {more:,} more"] if more else [])],
            )

    def _check_columns(self, header: Header) -> None:
        # JSON lines tell no columns; there each row is asked.
        wrong = [message for column in self._columns if (message := column_problem(header, column))]
        if wrong and header.columns:
            raise DataError(
                "A column is missing, or can't be read.",
                where=header.name,
                problems=wrong,
                hint="name columns with --text and --id (and --metadata), of questions with --question and --answer",
            )


def _object(values: Mapping[str, object]) -> str | Refusal:
    """Metadata in JSON that any reader takes."""
    try:
        kept = json.dumps(values, ensure_ascii=False, default=_plain, allow_nan=False)
        kept.encode()
    except UnicodeEncodeError:
        return Refusal("bad Unicode", "its metadata has a lone surrogate, which no UTF-8 exists for")
    except ValueError:
        return Refusal("bad number", "its metadata has a number that JSON has no word for, such as NaN")
    return kept


def _plain(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _nearest(name: str, ids: Sequence[str]) -> str:
    hint = did_you_mean(name, ids) if len(ids) <= _COMPARED else None
    return f"; {hint}" if hint else ""


def _too_many(pattern: str) -> DataError:
    return DataError(
        f"There are more than {LARGEST_CORPUS:,} answers, and a question is compared with each of them.",
        where=pattern,
        hint="index fewer, or write files for an approximate search beside the server: --approximate FOLDER",
    )
