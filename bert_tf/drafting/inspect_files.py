"""An inspection of a user's files before there is a recipe: layout, columns, rows, language, lengths."""

import dataclasses
import pathlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from bert_tf.data.discovery import Discovery, discover
from bert_tf.data.language import Language, guess_language
from bert_tf.drafting.check_file import CheckedFile
from bert_tf.drafting.guess import Roles
from bert_tf.drafting.read_train import LEAST_ROWS, check_split, read_train, too_few_rows
from bert_tf.errors import DataError, ModelError
from bert_tf.models.encoder_sources import locate_encoder
from bert_tf.tasks.table import TASKS
from bert_tf.text.token_lengths import token_lengths

_TOKENS_OF_A_WORD = 1.5
_WRITTEN_WITHOUT_SPACES = ("Chinese", "Japanese", "Thai")
_SIBLINGS = {"validation": ("validation", "valid", "val", "dev"), "test": ("test",)}


@dataclass(frozen=True)
class Inspection:
    """What was found.

    Attributes:
        files: Path by split, as the recipe names it; `train` always.
        beside: Splits whose file nobody named: it stands beside that of train.
        found: How they are to be read.
        roles: Columns by what they are for.
        splits: Rows by split, read as the recipe will read them.
        language: None where nothing stands out.
        lengths: Tokens of texts from all over the training file, int [n].
        lengths_are_estimated: Whether they come from words, because no tokenizer was at hand.
        left_out: Files beside that of train that can't be used, and why.
    """

    files: Mapping[str, str]
    beside: tuple[str, ...]
    found: Discovery
    roles: Roles
    splits: Mapping[str, CheckedFile]
    language: Language | None
    lengths: np.ndarray
    lengths_are_estimated: bool
    left_out: Mapping[str, str] = field(default_factory=dict)


def inspect_files(
    files: Mapping[str, str | None],
    *,
    named: Mapping[str, str | None],
    encoder: str,
    has_header: bool | None = None,
) -> Inspection:
    """Read the files, and guess.

    Args:
        files: Path, glob or URI by split; `train` is needed.
        named: Columns that the user chose, by role: text, text_pair, label, weight.
        encoder: Whose tokenizer counts tokens, if it is at hand.
        has_header: Whether the first line of a delimited file names its columns; None to judge by the file.

    Raises:
        DataError: A file that can't be read or used, columns that can't be told apart, too few rows.
    """
    given = {split: path for split, path in files.items() if path}
    train = given["train"]
    beside = {split: path for split, path in _siblings(train).items() if split not in given}
    paths = {split: path for split, path in {**given, **beside}.items() if split in ("train", *_SIBLINGS)}
    read = read_train(train, discover(train, has_header=has_header), named)
    splits, left_out = {"train": read.checked}, dict[str, str]()
    _check_rows(train, read.checked, least=LEAST_ROWS)
    if len(read.checked.labels) < 2 and TASKS[read.roles.task].draft().needs_two_labels:
        raise DataError(
            f"All rows of {train} have the same label.", where=train, hint="choose another column: --label COLUMN"
        )
    for split in (split for split in _SIBLINGS if split in paths):
        try:
            checked = check_split(paths[split], read.found, read.roles, split=split, train=read.checked)
            _check_rows(paths[split], checked, least=1)
        except DataError as problem:
            # Test files of competitions have no labels.
            if split not in beside:
                raise
            left_out[paths.pop(split)] = "; ".join(problem.problems) or problem.what
            del beside[split]
            continue
        splits[split] = checked
    language = guess_language([*splits["train"].texts, *splits["train"].pairs])
    lengths = _lengths(splits["train"], encoder)
    estimated = _estimate(splits["train"], language) if lengths is None else lengths
    return Inspection(
        paths, tuple(beside), read.found, read.roles, splits, language, estimated, lengths is None, left_out
    )


def _siblings(train: str) -> dict[str, str]:
    """Files that are called as the training file is, but for the split."""
    path = pathlib.Path(train)
    if "train" not in path.name or "://" in train:
        return {}
    found = {}
    for split, words in _SIBLINGS.items():
        for word in words:
            beside = path.with_name(path.name.replace("train", word))
            if split not in found and beside.is_file():
                found[split] = str(beside)
    return found


def _check_rows(path: str, checked: CheckedFile, *, least: int) -> None:
    if checked.bad > checked.rows:
        hints = [cause.hint for cause in checked.causes if cause.hint]
        raise DataError(
            f"{checked.bad:,} of {checked.bad + checked.rows:,} rows of {path} can't be used:",
            where=path,
            problems=[cause.sentence for cause in checked.causes],
            hint="; ".join([*hints, "fix the file, or choose other columns: --text COLUMN --label COLUMN"]),
            causes=[dataclasses.asdict(cause) for cause in checked.causes],
        )
    if checked.problems:
        raise DataError(f"{path} can't be used:", where=path, problems=checked.problems)
    if checked.rows < least:
        raise too_few_rows(path, checked.rows)


def _lengths(checked: CheckedFile, encoder: str) -> np.ndarray | None:
    try:
        folder = locate_encoder(encoder).folder
    except ModelError:
        return None
    return token_lengths(folder, checked.texts, checked.pairs)


def _estimate(checked: CheckedFile, language: Language | None) -> np.ndarray:
    """Tokens by words, or by characters where words are not parted by spaces."""
    texts = (
        [" ".join(both) for both in zip(checked.texts, checked.pairs, strict=True)] if checked.pairs else checked.texts
    )
    if language and language.name in _WRITTEN_WITHOUT_SPACES:
        return np.array([len(text) + 2 for text in texts])
    return np.array([int(len(text.split()) * _TOKENS_OF_A_WORD) + 2 for text in texts])
