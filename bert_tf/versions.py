"""Which versions a run or an export was made with."""

import importlib.metadata
import platform

_PACKAGES = ("bert_tf", "tensorflow", "tf-keras", "tensorflow-text", "transformers", "tokenizers", "numpy")


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that results depend on, by name."""
    return {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in _PACKAGES}}
