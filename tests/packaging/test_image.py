"""The image for training: what it copies is there, and what hadolint minds is not. Nothing builds it here."""

import fnmatch
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[2]


def copied():
    lines = re.findall(r"^COPY (.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    return [name for line in lines for name in line.split()]


def test_dockerfile_has_nothing_that_hadolint_minds():
    hadolint = pathlib.Path(sys.executable).with_name("hadolint")
    done = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_all_that_is_copied_is_there_and_not_ignored():
    let_through = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert sorted(copied()) == sorted(let_through)
    assert all((ROOT / name).exists() for name in copied())


def test_all_that_a_wheel_is_made_of_is_copied():
    made_of = ["setup.py", "setup.cfg", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE", "bert_tf", "recipes"]
    assert {name for name in made_of if not any(fnmatch.fnmatch(name, pattern) for pattern in copied())} == set()


def test_devcontainer_has_the_python_of_the_image():
    settings = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    (version,) = re.findall(r"^FROM python:([\d.]+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert f"python:{version}-" in settings["image"]
