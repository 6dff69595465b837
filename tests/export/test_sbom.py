import importlib.metadata
import json

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from bert_tf.export.sbom import installed, sbom

DIGEST = "ab" * 32


@pytest.fixture(scope="module")
def written():
    return sbom(
        {
            "name": "counts",
            "version": 4,
            "checkpoint": {"sha256": DIGEST},
            "encoder": {"name": "minilm-l6", "origin": "hub a/b@c", "commit": "cafe", "weights_sha256": DIGEST},
            "data_fingerprints": {"train": "aa", "test": "bb"},
        }
    )


def test_it_is_valid_cyclonedx(written):
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(written) is None


def test_what_the_model_was_made_of(written):
    bill = json.loads(written)
    assert bill["metadata"]["component"]["hashes"] == [{"alg": "SHA-256", "content": DIGEST}]
    kinds = {component["bom-ref"]: component["type"] for component in bill["components"]}
    assert [one["version"] for one in bill["components"] if one["bom-ref"] == "encoder"] == ["cafe"]
    assert kinds["encoder"] == "machine-learning-model"
    assert (kinds["data-train"], kinds["data-test"]) == ("data", "data")
    needs = {entry["ref"]: set(entry.get("dependsOn", ())) for entry in bill["dependencies"]}
    own = f"pkg:pypi/bert-tf@{importlib.metadata.version('bert_tf')}"
    assert needs["model"] == {"encoder", "data-train", "data-test", own}
    tensorflow = f"pkg:pypi/tensorflow@{importlib.metadata.version('tensorflow')}"
    assert tensorflow in needs[own]
    assert f"pkg:pypi/numpy@{importlib.metadata.version('numpy')}" in needs[tensorflow]


def test_a_baseline_was_made_of_no_weights():
    encoder = {"name": "bow", "origin": "bert_tf", "commit": None, "weights_sha256": None}
    bill = sbom({"name": "counts", "version": 1, "checkpoint": {"sha256": DIGEST}, "encoder": encoder,
                 "data_fingerprints": {}})  # fmt: skip
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill) is None
    (found,) = (one for one in json.loads(bill)["components"] if one["bom-ref"] == "encoder")
    assert "hashes" not in found
    assert found["description"] == "encoder, bert_tf"


def test_packages_for_development_are_no_part_of_it():
    names = set(installed())
    assert {"bert-tf", "tensorflow", "numpy", "h5py"} <= names
    assert not {"pytest", "ruff", "mkdocs", "model-signing"} & names


def test_licences_are_named(written):
    licences = {one["name"]: one.get("licenses") for one in json.loads(written)["components"]}
    assert licences["h5py"][0]["license"]["id"] == "BSD-3-Clause"
