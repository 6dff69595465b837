"""constraints.txt holds what setup.cfg asks for, all that follows from it, and nothing else."""

import configparser
import importlib.metadata
import pathlib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = pathlib.Path(__file__).parents[2]
EXTRAS = ("", "dev", "docs", "signing")


def pins():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").split()
    return {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines)}


def asked_for():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    parts = [config["options"]["install_requires"], *config["options.extras_require"].values()]
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


def test_all_that_is_needed_is_pinned_and_nothing_else():
    assert needed() == set(pins())


def test_pins_are_sorted_and_named_once():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(pins())
    assert all("==" in line for line in lines)
