"""A wheel brings all that a user needs without a checkout, wherever it is installed."""

import email
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import zipfile

import pytest

ROOT = pathlib.Path(__file__).parents[2]
FIND = """
import json
from bert_tf.recipe import load_recipe
print(json.dumps([load_recipe.__file__, load_recipe.recipe_names(), str(load_recipe.find_recipe("bbc-news"))]))
"""


PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
OFFLINE = ["--no-deps", "--no-build-isolation", "--no-index"]


def build(source, folder, **environment):
    command = [*PIP, "wheel", *OFFLINE, "--wheel-dir", folder, source]
    subprocess.run(command, env={**os.environ, **environment}, check=True)
    (path,) = folder.glob("bert_tf-*.whl")
    return path


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A copy: a build leaves folders behind."""
    folder = tmp_path_factory.mktemp("source") / "source"
    subprocess.run(["git", "clone", "--quiet", "--depth", "1", f"file://{ROOT}", folder], check=True)
    return folder


@pytest.fixture(scope="module")
def wheel(source, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    path = build(source, folder)
    subprocess.run([*PIP, "install", *OFFLINE, "--target", folder / "installed", path], check=True)
    return path, folder / "installed"


def test_recipes_are_found_where_it_is_installed_with_target(wheel, tmp_path):
    _, installed = wheel
    done = subprocess.run(
        [sys.executable, "-c", FIND],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    module, names, path = json.loads(done.stdout)
    assert pathlib.Path(module).is_relative_to(installed)
    assert names == sorted(path.stem for path in (ROOT / "recipes").glob("*.toml"))
    assert pathlib.Path(path) == installed / "bert_tf" / "recipes" / "bbc-news.toml"


def test_files_that_are_no_python_are_in_it(wheel):
    path, _ = wheel
    names = zipfile.ZipFile(path).namelist()
    data = [
        found.relative_to(ROOT).as_posix()
        for found in (ROOT / "bert_tf").rglob("*")
        if found.is_file()
        and found.suffix not in (".py", ".pyc")
        and "__pycache__" not in found.parts
        # What a build makes, and what it makes it of.
        and found.relative_to(ROOT).parts[:2] != ("bert_tf", "native")
    ]
    assert {name for name in data if name not in names} == set()
    assert not any(name.startswith(("tests/", "benchmarks/", "share/")) or "data/share" in name for name in names)


@pytest.mark.skipif(shutil.which("g++") is None or platform.machine() != "x86_64", reason="it has no native operations")
def test_a_wheel_with_native_operations_is_for_every_python_of_a_platform(wheel):
    path, installed = wheel
    assert re.search(r"-py3-none-manylinux_2_\d\d_x86_64\.whl$", path.name)
    in_native = {name for name in zipfile.ZipFile(path).namelist() if name.startswith("bert_tf/native/")}
    assert {name for name in in_native if not name.endswith(".py")} == {"bert_tf/native/bert_tf_native.so"}
    library = (installed / "bert_tf" / "native" / "bert_tf_native.so").read_bytes()
    # No library of C++, whose version would have to fit too.
    assert b"libtensorflow_framework.so.2" in library
    assert b"libstdc++.so" not in library


@pytest.mark.parametrize(
    "environment, why",
    [
        ({"BERT_TF_NATIVE": "off"}, "they were left out"),
        ({"CXX": "/none/g++"}, "there was no C++ compiler '/none/g++'"),
        # A compiler that knows no such CPU.
        ({"CXX": "false"}, "the C++ compiler failed, and g++ 11 or newer is needed"),
    ],
)
def test_a_wheel_without_them_is_for_every_platform_and_says_why(wheel, source, tmp_path, environment, why):
    """After a build with them, whose library must not be taken along."""
    path = build(source, tmp_path, **environment)
    assert path.name.endswith("-py3-none-any.whl")
    archive = zipfile.ZipFile(path)
    assert not any(name.endswith(".so") for name in archive.namelist())
    assert archive.read("bert_tf/native/why_not_built.txt").decode().startswith(why)


def test_its_page_on_an_index_has_no_link_into_a_checkout(wheel):
    path, _ = wheel
    archive = zipfile.ZipFile(path)
    (name,) = (name for name in archive.namelist() if name.endswith("METADATA"))
    text = email.message_from_bytes(archive.read(name)).get_payload()
    targets = re.findall(r"\]\(([^()]*)\)", text)
    assert [target for target in targets if not re.match(r"https?://|#", target)] == []
    assert "# bert_tf" in text
