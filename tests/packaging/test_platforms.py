"""Wheels of what bert_tf needs are there for platforms that nothing is run on; needs a package index."""

import importlib.metadata
import os
import pathlib
import subprocess
import sys

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = pathlib.Path(__file__).parents[2]
# By uv's names, each with wheels for older releases; macOS as old as 14.
PLATFORMS = {"Linux on aarch64": "aarch64-manylinux_2_28", "macOS on arm64": "aarch64-apple-darwin"}


def pins():
    """Of all that bert_tf needs without an extra and that isn't pure Python, which goes anywhere."""
    pinned = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").split())
    pinned = {canonicalize_name(name): version for name, version in pinned.items()}
    found, waiting = set(), [Requirement("bert_tf")]
    while waiting:
        requirement = waiting.pop()
        key = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if key in found:
            continue
        found.add(key)
        for needed in map(Requirement, importlib.metadata.requires(requirement.name) or ()):
            if needed.marker is None or any(
                needed.marker.evaluate({"extra": extra}) for extra in ("", *requirement.extras)
            ):
                waiting.append(needed)
    names = {name for name, _ in found if name != "bert-tf" and not is_pure(name)}
    return [f"{name}=={pinned[name]}" for name in sorted(names)]


def is_pure(name):
    """Whether a package is the same on every platform, as its wheel here says."""
    return "Root-Is-Purelib: true" in (importlib.metadata.distribution(name).read_text("WHEEL") or "")


def resolve(folder, *, pins, version, platform):
    """What uv, which reads no more of a wheel than its name, says of wheels for a platform; it installs none."""
    options = ["--dry-run", "--no-deps", "--only-binary=:all:", "--quiet", "--target", folder]
    options += [f"--python-version={version}", f"--python-platform={platform}"]
    command = [sys.executable, "-m", "uv", "pip", "install", *options, *pins]
    environment = {**os.environ, "MACOSX_DEPLOYMENT_TARGET": "14.0"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """Skips where no package index can be reached."""
    folder, numpy = tmp_path_factory.mktemp("here"), [pin for pin in pins() if pin.startswith("numpy==")]
    if resolve(folder, pins=numpy, version="3.12", platform="linux").returncode:
        pytest.skip("no package index can be reached")


@pytest.mark.parametrize(("name", "version"), [("Linux on aarch64", "3.11"), ("macOS on arm64", "3.13")])
def test_there_is_a_wheel_of_every_pin(index, name, version, tmp_path):
    done = resolve(tmp_path, pins=pins(), version=version, platform=PLATFORMS[name])
    assert done.returncode == 0, done.stderr[-2000:]


def test_a_wheel_that_is_not_there_is_missed(index, tmp_path):
    # Its last release was for Python 3.12.
    done = resolve(tmp_path, pins=["tensorflow-text==2.19.0"], version="3.13", platform="linux")
    assert done.returncode == 1
    assert "no wheels with a matching Python" in done.stderr
