"""How files are to be read, found out from the first of them: what `bert-tf new` writes into a recipe."""

import dataclasses
from dataclasses import dataclass

from bert_tf.data.conll import looks_like_conll
from bert_tf.data.file_format import AS_FOUND, FileFormat
from bert_tf.data.files import (
    CONLL_SUFFIXES,
    DELIMITERS,
    JSON_SUFFIXES,
    PARQUET_SUFFIXES,
    UNREADABLE,
    suffix_of,
    unreadable,
)
from bert_tf.data.headers import HeaderVerdict, judge_header
from bert_tf.data.layout import find_layout, first_records, guess_delimiter
from bert_tf.data.locations import Location, find_files
from bert_tf.data.text_file import foreign_encoding_of, look_into
from bert_tf.errors import DataError

_FASTTEXT, _LINES = "__label__", 20


@dataclass(frozen=True)
class Discovery:
    """What was found.

    Attributes:
        file_format: Format, delimiter, encoding and made-up names of columns, where the file needs them told.
        header: Of delimited files; None for others.
        first: The cells of the first record, of delimited files.
        remarks: What the owner of the file should know, and how to tell it otherwise.
        marked_encoding: What a byte order mark tells, of delimited files; None for UTF-8.
    """

    file_format: FileFormat = AS_FOUND
    header: HeaderVerdict | None = None
    first: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    marked_encoding: str | None = None


def discover(pattern: str, *, has_header: bool | None = None) -> Discovery:
    """Look at the first file that matches.

    Args:
        pattern: A path, glob or URI.
        has_header: Whether the first record names columns; None to judge by the file.

    Raises:
        DataError: The file can't be found or read.
    """
    location = find_files(pattern)[0]
    suffix = suffix_of(location.path)
    if suffix in PARQUET_SUFFIXES:
        return Discovery()
    try:
        found = _encoding(location)
        if suffix in (*JSON_SUFFIXES, *CONLL_SUFFIXES):
            return found
        if has_header is None and looks_like_conll(look_into(location, found.file_format).beginning):
            return dataclasses.replace(found, file_format=dataclasses.replace(found.file_format, format="conll"))
        # Where a suffix promises nothing, as many tabs as commas are no chance.
        return _layout(location, found, expected=DELIMITERS.get(suffix, "\t"), has_header=has_header)
    except UNREADABLE as error:
        raise unreadable(location.name, error) from error


def _encoding(location: Location) -> Discovery:
    foreign = foreign_encoding_of(location, AS_FOUND)
    if foreign is None:
        return Discovery()
    remark = (
        f"{location.name} {foreign.told} in line {foreign.line}. It looks like {foreign.encoding} and is read as that; "
        "if characters look wrong, change data.encoding"
    )
    return Discovery(FileFormat(encoding=foreign.encoding), remarks=(remark,))


def _layout(location: Location, found: Discovery, *, expected: str, has_header: bool | None) -> Discovery:
    file = look_into(location, found.file_format)
    _check_is_no_fasttext(file.beginning, name=location.name)
    delimiter = guess_delimiter(file.beginning, expected=expected)
    file_format = dataclasses.replace(found.file_format, delimiter=delimiter)
    layout = find_layout(file.beginning, name=location.name, expected=expected, file_format=file_format)
    records = first_records(file.beginning, layout)
    if not records:
        return Discovery(file_format, remarks=found.remarks)
    verdict = judge_header(records)
    if has_header is not None:
        verdict = HeaderVerdict(is_row=not has_header, is_sure=True)
    if verdict.is_row:
        names = tuple(f"column{number}" for number in range(1, len(records[0]) + 1))
        file_format = dataclasses.replace(file_format, columns=names)
    remarks = found.remarks if has_header is not None else (*found.remarks, *_told(location.name, verdict, records[0]))
    return Discovery(
        file_format, verdict, tuple(records[0]), remarks, None if found.file_format.encoding else file.encoding
    )


def _check_is_no_fasttext(beginning: str, *, name: str) -> None:
    lines = [line for line in beginning.splitlines()[:_LINES] if line.strip()]
    if lines and all(line.startswith(_FASTTEXT) for line in lines):
        raise DataError(
            f"{name} is in fastText's format, with labels such as {lines[0].split()[0]!r} in front of each text.",
            where=name,
            hint=f"write label, tab and text, such as with sed -E 's/^{_FASTTEXT}([^ ]+) +/\\1\\t/' FILE > FILE.tsv; "
            'several labels with | between them, for task = "multilabel"',
        )


def _told(name: str, verdict: HeaderVerdict, first: list[str]) -> list[str]:
    if verdict.is_row:
        because = f": {verdict.reason}" if verdict.reason else ""
        return [f"the first line of {name} is read as a row{because}; if it is a header, add --header"]
    if verdict.is_sure:
        return []
    shown = ", ".join(repr(cell[:30]) for cell in first[:5]) + (", …" if len(first) > 5 else "")
    return [
        f"the first line of {name} may or may not be a header; it is read as one: {shown}. If it is a row, add "
        "--no-header, or set data.columns"
    ]
