"""sbom.cdx.json: what a model was made of and with, as CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/)."""

import functools
import importlib.metadata
import json
import types
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from cyclonedx.model.component import Component

_PACKAGE = "bert_tf"
_LONGEST_LICENCE = 60  # characters: some packages put the whole text where its name belongs


def sbom(manifest: Mapping[str, Any]) -> str:
    """The bill of materials in JSON: the model, its encoder, its data, and every package that bert_tf needs to run.

    Args:
        manifest: What manifest.json says.
    """
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.output.json import JsonV1Dot6

    model = Component(
        name=manifest["name"],
        version=str(manifest["version"]),
        type=ComponentType.MACHINE_LEARNING_MODEL,
        bom_ref="model",
        hashes=_sha256(manifest["checkpoint"]["sha256"]),
    )
    bom = Bom()
    bom.metadata.component = model
    materials = [_encoder(manifest["encoder"]), *_data(manifest["data_fingerprints"])]
    distributions = installed()
    packages = {name: _package(distribution) for name, distribution in distributions.items()}
    for component in [*materials, *packages.values()]:
        bom.components.add(component)
    bom.register_dependency(model, [*materials, packages[canonicalize_name(_PACKAGE)]])
    for name, distribution in distributions.items():
        bom.register_dependency(packages[name], [packages[needed] for needed in _needed(distribution, distributions)])
    written = JsonV1Dot6(bom).output_as_string()
    return json.dumps(json.loads(written), indent=2, ensure_ascii=False) + "\n"


# What is installed stays while a process runs, which may export many models.
@functools.cache
def installed() -> Mapping[str, importlib.metadata.Distribution]:
    """The installed packages that bert_tf needs, and those that they need, by normalized name; without extras."""
    found: dict[str, importlib.metadata.Distribution] = {}
    waiting = [_PACKAGE]
    while waiting:
        name = waiting.pop()
        if canonicalize_name(name) in found:
            continue
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # needed on other systems only, or by an extra
        found[canonicalize_name(name)] = distribution
        waiting += _requirements(distribution)
    return types.MappingProxyType(dict(sorted(found.items())))


@functools.cache
def _requirements(distribution: importlib.metadata.Distribution) -> list[str]:
    required = [Requirement(line) for line in distribution.requires or ()]
    return [one.name for one in required if one.marker is None or one.marker.evaluate({"extra": ""})]


def _needed(
    distribution: importlib.metadata.Distribution, known: Mapping[str, importlib.metadata.Distribution]
) -> list[str]:
    names = {str(canonicalize_name(name)) for name in _requirements(distribution)}
    return sorted(names & set(known))


@functools.cache
def _package(distribution: importlib.metadata.Distribution) -> "Component":
    from cyclonedx.contrib.license.factories import LicenseFactory
    from cyclonedx.model.component import Component, ComponentType
    from packageurl import PackageURL

    name, version = distribution.name, distribution.version
    url = PackageURL("pypi", name=canonicalize_name(name), version=version)
    stated = [distribution.metadata[key] for key in ("License-Expression", "License") if key in distribution.metadata]
    licence = next(iter(stated), "")
    short = 0 < len(licence) <= _LONGEST_LICENCE and "\n" not in licence
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        bom_ref=str(url),
        purl=url,
        licenses=[LicenseFactory().make_from_string(licence)] if short else [],
    )


def _encoder(encoder: Mapping[str, Any]) -> "Component":
    from cyclonedx.model.component import Component, ComponentType

    weights = encoder["weights_sha256"]
    return Component(
        name=encoder["name"],
        version=encoder["commit"],
        description=f"{'pretrained ' if weights else ''}encoder, {encoder['origin']}",
        type=ComponentType.MACHINE_LEARNING_MODEL,
        bom_ref="encoder",
        hashes=_sha256(weights) if weights else (),
    )


def _data(fingerprints: Mapping[str, str]) -> "list[Component]":
    from cyclonedx.model import Property
    from cyclonedx.model.component import Component, ComponentType

    # Of checked rows and not of a file, so it is none of CycloneDX' hashes.
    return [
        Component(
            name=f"{split} rows",
            type=ComponentType.DATA,
            bom_ref=f"data-{split}",
            properties=[Property(name="bert_tf:fingerprint", value=fingerprint)],
        )
        for split, fingerprint in fingerprints.items()
    ]


def _sha256(digest: str) -> "list[Any]":
    from cyclonedx.model import HashAlgorithm, HashType

    return [HashType(alg=HashAlgorithm.SHA_256, content=digest)]
