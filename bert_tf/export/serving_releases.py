"""Releases of TensorFlow Serving, and the first of them that has an operation: what `serving_releases.toml` says."""

import dataclasses
import functools
import pathlib
import re
import tomllib
from collections.abc import Iterable, Mapping

from packaging.version import Version

from bert_tf.errors import ExportError

DEFAULT_TARGET = "2.20.0"
_TABLE = pathlib.Path(__file__).with_name("serving_releases.toml")


@dataclasses.dataclass(frozen=True)
class ReleaseTable:
    """Which release of TensorFlow Serving has which operation.

    Attributes:
        releases: Oldest first; the first has every operation of TensorFlow that `core` doesn't list.
        libraries: tensorflow_text's libraries of operations: file name → names of operations.
        linked: File name → first release that links it.
        core: TensorFlow's own operations that are younger than the first release → first release that has them.
    """

    releases: tuple[str, ...]
    libraries: Mapping[str, tuple[str, ...]]
    linked: Mapping[str, str]
    core: Mapping[str, str]

    @property
    def text_operations(self) -> dict[str, str]:
        """Operations of tensorflow_text → first release that has them."""
        return {name: self.linked[library] for library, names in self.libraries.items() for name in names}

    def first_release(self, operation: str) -> str:
        """The first release that has an operation, as far as the table goes back."""
        young = self.text_operations | dict(self.core)
        return young.get(operation, self.releases[0])

    def oldest(self, operations: Iterable[str]) -> str:
        """The oldest release that has all operations."""
        return max((self.first_release(name) for name in operations), key=Version, default=self.releases[0])

    def missing(self, operations: Iterable[str], release: str) -> list[str]:
        """Those that a release doesn't have, sorted."""
        return sorted(name for name in set(operations) if Version(self.first_release(name)) > Version(release))

    def linked_libraries(self, release: str) -> list[str]:
        """File names of tensorflow_text's libraries whose operations a release has, sorted."""
        return sorted(name for name, first in self.linked.items() if Version(first) <= Version(release))

    def check_release(self, release: str) -> None:
        """Raises ExportError when there is no such release; names the nearest. Younger ones than the table's pass."""
        named = re.fullmatch(r"\d+\.\d+\.\d+", release)
        if not named or (release not in self.releases and Version(release) < Version(self.releases[-1])):
            raise ExportError(
                f"TensorFlow Serving {release} is not a known release.",
                where=f"--target-serving {release}",
                hint=f"use one of {', '.join(self.releases)}, or a newer one",
                kind="usage",
            )


@functools.cache
def release_table() -> ReleaseTable:
    """The table that comes with bert_tf."""
    content = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    libraries = content["tensorflow_text"]["library"]
    return ReleaseTable(
        releases=tuple(content["releases"]),
        libraries={entry["file"]: tuple(entry["operations"]) for entry in libraries},
        linked={entry["file"]: entry["since"] for entry in libraries},
        core=content["core"]["since"],
    )
