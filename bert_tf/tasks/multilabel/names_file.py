"""A file with the names of labels, in the order of their ids."""

from bert_tf.data.labels import label_name
from bert_tf.data.locations import find_files
from bert_tf.errors import DataError

_WHERE = "multilabel.names_file"
_MOST_BYTES = 1 << 20


def read_names(path: str) -> tuple[str, ...]:
    """The name in each line; blank lines at the end are none.

    Args:
        path: Of one file, as of `find_files`.

    Raises:
        DataError: it isn't there, can't be read, has a blank line between names, or a name twice.
    """
    files = find_files(path)
    if len(files) > 1:
        raise DataError(f"{path} are {len(files)} files; names are in one.", where=_WHERE, hint="name one of them")
    try:
        with files[0].filesystem.open_input_file(files[0].path) as file:
            text = file.read(_MOST_BYTES).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            f"{path} can't be read: {error}.", where=_WHERE, hint="it is to be a text file in UTF-8"
        ) from error
    names = [label_name(line.strip()) for line in text.rstrip().splitlines()]
    _check(path, names)
    return tuple(names)


def _check(path: str, names: list[str]) -> None:
    problems = [f"{path}:{number}: no name" for number, name in enumerate(names, start=1) if not name]
    first: dict[str, int] = {}
    for number, name in enumerate(names, start=1):
        if name and first.setdefault(name, number) != number:
            problems.append(f"{path}:{number}: {name!r} is the name in line {first[name]} too")
    if not names or problems:
        raise DataError(
            "The file of names needs one name in each line:",
            where=_WHERE,
            problems=problems or [f"{path} is empty"],
            hint="the name of id 0 stands in line 1; give each id a name of its own",
        )
