"""A folder that a command and the workers of its pipeline both reach, on any filesystem that pyarrow opens."""

import contextlib
import pathlib
import shutil
import uuid
from collections.abc import Iterator
from typing import Self

import pyarrow as pa
from pyarrow import fs

from bert_tf.atomic import new_file
from bert_tf.errors import DataError
from bert_tf.temporaries import temporary_folder

_TEMPORARY = ".writing-"


class ExchangeFolder:
    """Files by name, each there whole or not at all.

    Args:
        uri: `gs://bucket/folder`, `s3://…`, `hdfs://…` or a local path; it need not exist yet.

    Raises:
        DataError: the filesystem can't be reached; so do all methods.
    """

    def __init__(self, uri: str) -> None:
        if "://" not in uri:
            self.uri = self._path = str(pathlib.Path(uri).expanduser().resolve())
            self._filesystem: fs.FileSystem = fs.LocalFileSystem()
            return
        self.uri = uri
        with self._told():
            self._filesystem, self._path = fs.FileSystem.from_uri(uri)

    def folder(self, name: str) -> Self:
        """A folder in it."""
        return type(self)(f"{self.uri.rstrip('/')}/{name}")

    def put(self, file: pathlib.Path, *, name: str | None = None) -> None:
        """Copy a local file here; the name is its own if not given, and what has it already is replaced."""
        path = f"{self._path}/{name or file.name}"
        aside = f"{path}{_TEMPORARY}{uuid.uuid4().hex[:8]}"
        with self._told():
            self._filesystem.create_dir(path.rpartition("/")[0], recursive=True)
            with file.open("rb") as source, self._filesystem.open_output_stream(aside) as target:
                shutil.copyfileobj(source, target)
            self._filesystem.move(aside, path)

    def put_all(self, folder: pathlib.Path) -> None:
        """Copy a local folder's files here, and those in its folders."""
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                self.put(file, name=file.relative_to(folder).as_posix())

    def fetch(self, name: str, file: pathlib.Path) -> None:
        """Copy a file to this machine."""
        with (
            self._told(),
            self._filesystem.open_input_stream(f"{self._path}/{name}") as source,
            new_file(file, error=DataError) as temporary,
            temporary.open("wb") as target,
        ):
            shutil.copyfileobj(source, target)

    @contextlib.contextmanager
    def fetched(self, near: pathlib.Path) -> Iterator[pathlib.Path]:
        """All files in a local folder, which is gone afterwards.

        Args:
            near: Stands in the folder that the local one is made in.
        """
        with temporary_folder(near) as local:
            for name in self.names():
                self.fetch(name, local / name)
            yield local

    def names(self) -> list[str]:
        """Of the files here and in folders below, sorted."""
        with self._told():
            selector = fs.FileSelector(self._path, recursive=True, allow_not_found=True)
            found = [entry.path for entry in self._filesystem.get_file_info(selector) if entry.is_file]
        prefix = f"{self._path.rstrip('/')}/"
        return sorted(path.removeprefix(prefix) for path in found if _TEMPORARY not in path)

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        with self._told(), contextlib.suppress(FileNotFoundError):
            self._filesystem.delete_file(f"{self._path}/{name}")

    def clear(self) -> None:
        """Remove the folder with all that is in it."""
        with self._told(), contextlib.suppress(FileNotFoundError):
            self._filesystem.delete_dir(self._path)

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError, pa.ArrowException) as problem:
            reason = (str(problem).splitlines() or [type(problem).__name__])[0].rstrip(".")
            raise DataError(
                f"The folder that workers exchange files through can't be used: {reason}.",
                where=self.uri,
                hint="check temp_location, the network and your credentials for it: "
                "pyarrow.fs.FileSystem.from_uri opens s3, gs, abfs, hdfs and file",
                kind="machine",
            ) from problem
