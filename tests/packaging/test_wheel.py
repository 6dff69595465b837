"""A wheel brings all that a user needs without a checkout, wherever it is installed."""

import email
import json
import os
import pathlib
import re
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


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    # Of a copy: a build leaves folders behind.
    subprocess.run(["git", "clone", "--quiet", "--depth", "1", f"file://{ROOT}", folder / "source"], check=True)
    offline = ["--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "wheel", *offline, "--wheel-dir", folder, folder / "source"], check=True)
    (path,) = folder.glob("bert_tf-*.whl")
    subprocess.run([*pip, "install", *offline, "--target", folder / "installed", path], check=True)
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
        if found.is_file() and found.suffix not in (".py", ".pyc") and "__pycache__" not in found.parts
    ]
    assert {name for name in data if name not in names} == set()
    assert not any(name.startswith(("tests/", "benchmarks/", "share/")) or "data/share" in name for name in names)


def test_its_page_on_an_index_has_no_link_into_a_checkout(wheel):
    path, _ = wheel
    archive = zipfile.ZipFile(path)
    (name,) = (name for name in archive.namelist() if name.endswith("METADATA"))
    text = email.message_from_bytes(archive.read(name)).get_payload()
    targets = re.findall(r"\]\(([^()]*)\)", text)
    assert [target for target in targets if not re.match(r"https?://|#", target)] == []
    assert "# bert_tf" in text
