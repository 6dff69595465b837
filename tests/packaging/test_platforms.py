"""Wheels of what bert_tf needs are there for platforms that nothing is run on; needs a package index."""

import importlib.metadata
import pathlib
import subprocess
import sys

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = pathlib.Path(__file__).parents[2]
PLATFORMS = {
    "Linux on aarch64": [f"manylinux{tag}_aarch64" for tag in ("_2_28", "_2_27", "_2_17", "2014")],
    "macOS on arm64": [f"macosx_{major}_0_arm64" for major in (14, 13, 12, 11)],
}


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


def resolve(folder, *, pins, version="", platforms=()):
    """What pip says of wheels for these platforms, without its installing any."""
    options = ["--dry-run", "--no-deps", "--only-binary=:all:", "--quiet", "--target", folder]
    options += [f"--platform={platform}" for platform in platforms] + (
        [f"--python-version={version}"] if version else []
    )
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", *options, *pins]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """Skips where no package index can be reached."""
    if resolve(tmp_path_factory.mktemp("here"), pins=[pin for pin in pins() if pin.startswith("numpy==")]).returncode:
        pytest.skip("no package index can be reached")


@pytest.mark.parametrize(("name", "version"), [("Linux on aarch64", "3.11"), ("macOS on arm64", "3.13")])
def test_there_is_a_wheel_of_every_pin(index, name, version, tmp_path):
    done = resolve(tmp_path, pins=pins(), version=version, platforms=PLATFORMS[name])
    assert done.returncode == 0, done.stderr[-2000:]
