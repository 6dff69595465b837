"""The kinds of source a recipe may name, and how the rows of one of its splits are opened."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from bert_tf.data.file_format import AS_FOUND, FileFormat
from bert_tf.data.files import read_file_blocks
from bert_tf.data.locations import is_file
from bert_tf.data.package_source import read_package
from bert_tf.data.row_blocks import BlockItem
from bert_tf.data.slices import parse_split, sliced
from bert_tf.data.tfds import read_tfds
from bert_tf.errors import DataError
from bert_tf.nearest_name import did_you_mean


def open_source(
    source: str,
    split: str,
    *,
    wanted: Sequence[str],
    file_format: FileFormat = AS_FOUND,
    data_dir: str | None = None,
    whole_rows: bool = True,
) -> Iterator[BlockItem]:
    """The rows of a split, slice taken, as a stream.

    Args:
        source: `tfds:NAME[/CONFIG]`, `files` or `package:NAME`.
        split: Name of the split, or path or glob; a slice may follow.
        wanted: The columns that will be used.
        file_format: What is known of files.
        data_dir: TFDS folder.
        whole_rows: Whether rows of files have other columns than `wanted`, too, where a format has them.

    Raises:
        DataError: The source or the split can't be found or read, or the slice can't be taken.
    """
    kind, _, name = source.partition(":")
    read = partial(read_file_blocks, wanted=wanted, file_format=file_format, whole_rows=whole_rows)
    open_kind: dict[str, Callable[[], Iterator[BlockItem]]] = {
        # TFDS takes the slice itself, and reads no more than it must.
        "tfds": partial(read_tfds, name, split, wanted=wanted, data_dir=data_dir),
        "files": partial(_read_sliced_files, split, read),
        "package": partial(_read_sliced, partial(read_package, name), split=split),
    }
    if kind not in open_kind:
        raise DataError(
            f"There is no source {source!r}.",
            where="data.source",
            hint=did_you_mean(kind, open_kind) or "use files, tfds:NAME or package:NAME",
        )
    return open_kind[kind]()


def _read_sliced(read: Callable[[str], Iterator[BlockItem]], *, split: str) -> Iterator[BlockItem]:
    name, rows = parse_split(split)
    open_rows = partial(read, name)
    return open_rows() if rows is None else sliced(open_rows, rows, split=split)


def _read_sliced_files(split: str, read: Callable[[str], Iterator[BlockItem]]) -> Iterator[BlockItem]:
    # A file may well be called `reviews[1]`.
    return read(split) if is_file(split) else _read_sliced(read, split=split)
