"""constraints.txt holds what setup.cfg asks for, all that follows from it, and nothing else; it is locked by hashes."""

import configparser
import hashlib
import importlib.metadata
import importlib.util
import pathlib
import re
import sys
import zipfile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = pathlib.Path(__file__).parents[2]
EXTRAS = ("", "dev", "docs", "signing")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def pins(name="constraints.txt"):
    lines = [line for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines)}


def asked_for(*, beam=False):
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    extras = {name: part for name, part in config["options.extras_require"].items() if (name == "beam") == beam}
    parts = [config["options"]["install_requires"], *extras.values()]
    lines = [line for part in parts for line in part.splitlines() if line and not line.startswith("#")]
    return [Requirement(line) for line in lines]


def needed():
    """Names of what setup.cfg asks for and of what that needs, of the packages that are installed."""
    found, waiting = set(), [(requirement.name, requirement.extras) for requirement in asked_for()]
    while waiting:
        name, extras = waiting.pop()
        key = canonicalize_name(name), frozenset(extras)
        if key in found:
            continue
        found.add(key)
        for requirement in map(Requirement, importlib.metadata.requires(name) or ()):
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
                waiting.append((requirement.name, requirement.extras))
    return {name for name, _ in found}


def test_every_pin_is_one_that_setup_cfg_allows():
    pinned = pins()
    for requirement in asked_for():
        version = pinned[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), f"{requirement} against {version}"


def test_pins_of_beam_are_what_differs_and_what_setup_cfg_allows():
    of_beam, others = pins("constraints-beam.txt"), pins()
    assert [name for name, version in of_beam.items() if others.get(name) == version] == []
    together = {**others, **of_beam}
    for requirement in asked_for(beam=True):
        version = together[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), f"{requirement} against {version}"


def test_all_that_is_needed_is_pinned_and_nothing_else():
    assert needed() == set(pins())


def test_pins_are_sorted_and_named_once():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(pins())
    assert all("==" in line for line in lines)


def locked(text):
    """Hashes by pin."""
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    found = {}
    for requirement in re.sub(r"\s*\\\n\s*", " ", lines).splitlines():
        pin, _, _ = requirement.partition(" ")
        found[pin] = HASH.findall(requirement)
        assert requirement == " ".join([pin, *(f"--hash=sha256:{each}" for each in found[pin])])
    return found


def test_every_pin_is_locked_by_the_hashes_of_its_files():
    found = locked((ROOT / "requirements-locked.txt").read_text(encoding="utf-8"))
    written = {canonicalize_name(name): version for name, _, version in (pin.partition("==") for pin in found)}
    assert written == pins()
    assert all(found.values())


TAGS = ("py3-none-any", "cp313-cp313-macosx_11_0_arm64", "cp311-cp311-manylinux_2_17_aarch64")


@pytest.fixture
def index(tmp_path):
    """A package index on the disk, with a release for three platforms, and the hash of each file by its name."""
    hashes, info = {}, "some_package-1.0.dist-info"
    folder = tmp_path / "simple" / "some-package"
    folder.mkdir(parents=True)
    for number, tag in enumerate(TAGS):
        path = folder / f"some_package-1.0-{tag}.whl"
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("some_package.py", f"value = {number}")
            file.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: some_package\nVersion: 1.0\n")
            file.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n")
            file.writestr(f"{info}/RECORD", "")
        hashes[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return folder, hashes


def lock_of(folder, anchors):
    """What `make lock` writes of the package, where its page has these anchors; the index here can't be asked."""
    (folder / "index.html").write_text("".join(f'<a href="{target}">{name}</a>' for name, target in anchors.items()))
    spec = importlib.util.spec_from_file_location("lock", ROOT / ".ci" / "lock.py")
    lock = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(lock)
    (folder / "pins.txt").write_text("some_package==1.0\n")
    options = ["--offline", "--no-cache", "--default-index", folder.parent.as_uri()]
    return lock.with_hashes(folder / "pins.txt", sys.executable, options)


def test_a_lock_has_the_files_of_all_platforms(index):
    folder, hashes = index
    found = locked(lock_of(folder, {name: f"{name}#sha256={sha256}" for name, sha256 in hashes.items()}))
    assert {pin: set(each) for pin, each in found.items()} == {"some-package==1.0": set(hashes.values())}


def test_an_index_without_hashes_locks_nothing(index):
    folder, hashes = index
    with pytest.raises(SystemExit, match="no hash of some-package==1.0"):
        lock_of(folder, {name: name for name in hashes})
