"""How an install of a checkout makes the native operations: `setup.py` is read as it is, with nothing installed."""

import os
import pathlib
import runpy
import shutil

import pytest

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture
def is_current(tmp_path, monkeypatch):
    """`is_current` of a checkout's `setup.py`, and its library, which was made a second after its sources."""
    shutil.copy(ROOT / "setup.py", tmp_path)
    (tmp_path / "README.md").touch()
    folder = tmp_path / "bert_tf" / "native"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "layer.cpp").touch()
    library = folder / "bert_tf_native.so"
    library.touch()
    later = max(path.stat().st_mtime_ns for path in (tmp_path / "setup.py", folder / "src" / "layer.cpp")) + 10**9
    os.utime(library, ns=(later, later))
    for name in ("CXX", "BERT_TF_NATIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("setuptools.setup", lambda **_: None)
    return runpy.run_path(str(tmp_path / "setup.py"))["is_current"], library, later


def test_a_library_of_the_sources_as_they_are_is_not_compiled_again(is_current):
    current, library, _ = is_current
    assert current(library)


def test_what_changed_since_is_compiled(is_current):
    current, library, later = is_current
    os.utime(library.parent / "src" / "layer.cpp", ns=(later + 1, later + 1))
    assert not current(library)


@pytest.mark.parametrize("name, value", [("CXX", "g++-12"), ("BERT_TF_NATIVE", "off")])
def test_another_way_of_building_is_obeyed(is_current, monkeypatch, name, value):
    current, library, _ = is_current
    monkeypatch.setenv(name, value)
    assert not current(library)


def test_where_none_was_made_one_is(is_current):
    current, library, _ = is_current
    library.unlink()
    assert not current(library)
