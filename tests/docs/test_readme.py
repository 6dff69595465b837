"""The README: its commands are run, and README.zh-CN.md has the same commands and figures."""

import contextlib
import csv
import dataclasses
import itertools
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
from collections import Counter

import click
import pytest
from blocks import Block, blocks_of
from session import QUICK, Session, laid_over

from bert_tf.cli.main import cli
from bert_tf.data.package_source import read_package
from bert_tf.errors import RecipeError
from bert_tf.recipe.load_recipe import parse_overrides, recipe_names
from bert_tf.tasks.recipes import load_recipe

ROOT = pathlib.Path(__file__).parents[2]
README, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
BLOCKS = blocks_of(README)
RUN = re.compile(r"runs/[\w-]+/\d{8}-\d{6}")
# The README's recipes take minutes. Here their names mean these rows and one layer, and all else is as it is written
# there.
STAND_IN = {
    "task": "classify",
    "data": {"source": "files", "train": "train", "delimiter": ",", "validation": 0.2, "test": 0.2},
    "text": {"max_tokens": 16},
    "training": {"batch_size": 16},
}
# Run the first time only; of the others, what they are told must be right.
ONCE = ("train",)
# The same holds for what the tests of the tutorial and of `bert-tf monitor` run.
ELSEWHERE = ("export", "verify", "monitor")


@pytest.fixture
def quick(one_layer):
    """Laid over each recipe."""
    return {**QUICK, "model": {**QUICK["model"], "encoder": str(one_layer)}}


@pytest.fixture
def folder(quick, tmp_path) -> pathlib.Path:
    """Where a reader of the README is: its recipes by name, a file of their own, and make."""
    (tmp_path / "recipes").mkdir()
    for name in recipe_names():
        (tmp_path / "recipes" / f"{name}.toml").write_text(laid_over(STAND_IN, quick))
    _, *articles = read_package("bbc-news", "all")
    with (tmp_path / "train").open("w", newline="") as file:
        rows = [(row.values["text"].partition("\n")[0], row.values["label"]) for row in articles[:100]]
        csv.writer(file).writerows([("text", "label"), *rows])
    shutil.copy(tmp_path / "train", tmp_path / "reviews.csv")
    (tmp_path / "new.csv").write_text("review\nA film to remember.\n")
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "make").write_text(f'#!/bin/sh\nexec {shutil.which("make")} {_make_options()} "$@"\n')
    (programs / "make").chmod(0o755)
    return tmp_path


def _make_options() -> str:
    """The Makefile of the checkout, with what is installed already."""
    stamps = " ".join(f"-o .venv/{name}.stamp" for name in ("setup", "test"))
    return f"--no-print-directory -f {ROOT / 'Makefile'} {stamps} BIN={pathlib.Path(sys.executable).parent}"


def test_every_block_runs(folder, cache, quick, warm_popen):
    path = f"{folder / 'programs'}{os.pathsep}{os.environ['PATH']}"
    reader = Session(folder, {"PATH": path, "BERT_TF_CACHE": str(cache)}, quick=quick, here=True, popen=warm_popen)
    started = set()
    for block in BLOCKS:
        if block.not_run is not None:
            continue
        for line in lines_of(block):
            words = started_by(line.text, folder)
            if words[1:2] and words[1] in (*ELSEWHERE, *started.intersection(ONCE)):
                assert_understood(words, folder)
                continue
            # What make would start, begun without its shell.
            reader.run(dataclasses.replace(line, text=shlex.join(words)) if words[:1] == ["bert-tf"] else line)
            started.update(words[1:2])
            if words[1:2] == ["train"]:
                copy_run(folder)
    assert started >= set(ONCE)


def copy_run(folder: pathlib.Path) -> None:
    """Let all runs that the README names be the one that was trained."""
    (facts,) = folder.glob("runs/*/*/run.json")
    for run in set(RUN.findall("".join(block.text for block in BLOCKS))):
        shutil.copytree(facts.parent, folder / run)


def lines_of(block: Block) -> list[Block]:
    """The commands of a shell block, one by one; another block as it is."""
    if block.language not in ("", "bash", "sh"):
        return [block]
    lines = [line for line in block.text.replace("\\\n", " ").splitlines() if line.partition("#")[0].strip()]
    return [dataclasses.replace(block, text=line, output=None) for line in lines]


def started_by(line: str, folder: pathlib.Path) -> list[str]:
    """The words of the command that a line comes to; of make, what its target would start."""
    if not line.startswith("make "):
        return shlex.split(line, comments=True) if line.startswith("bert-tf ") else []
    planned = subprocess.run(
        ["bash", "-c", f"{folder / 'programs' / 'make'} --dry-run {line.removeprefix('make ')}"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    program, *words = shlex.split(planned.stdout)
    return [pathlib.Path(program).name, *words]


def assert_understood(words: list[str], folder: pathlib.Path) -> None:
    """A command takes what it is told; of a training, recipe and overrides are right too."""
    with contextlib.chdir(folder):
        cli.commands[words[1]].make_context(words[1], words[2:])
    if words[1] == "train":
        assignments = [value for option, value in itertools.pairwise(words) if option == "--set"]
        load_recipe(words[2], parse_overrides(assignments))


@pytest.mark.parametrize("words", ["bert-tf export a --too b", "bert-tf verify", "bert-tf train imdb --set a.b=1"])
def test_what_a_command_does_not_take_is_seen(words, tmp_path):
    with pytest.raises((click.UsageError, RecipeError)):
        assert_understood(words.split(), tmp_path)


def test_what_is_not_run_is_said():
    for block in BLOCKS:
        if block.not_run is not None:
            assert set(shlex.split(block.text)[:1]) <= {"git", "make", "docker"}, block
    assert sum(block.not_run is None for block in BLOCKS) >= 3


def code(path: pathlib.Path) -> list[tuple[str, list[str]]]:
    """Language and lines of each block, without comments, which are translated."""
    return [
        (block.language, [" ".join(re.sub(r"(^|\s)#.*", "", line).split()) for line in block.text.splitlines()])
        for block in blocks_of(path)
    ]


def prose(path: pathlib.Path) -> str:
    """What stands outside of blocks and comments."""
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)


def figures(path: pathlib.Path) -> Counter[str]:
    without_code = re.sub(r"`[^`]*`", "", prose(path))
    without_targets = re.sub(r"\]\([^)]*\)", "]", without_code)
    return Counter(re.findall(r"\d+(?:[.,]\d+)*", without_targets))


def commands(path: pathlib.Path) -> Counter[str]:
    return Counter(re.findall(r"`([^`]*)`", prose(path)))


def targets(path: pathlib.Path) -> Counter[str]:
    """Where links and pictures lead, but for those between the two."""
    found = re.findall(r"\]\(([^)\s]*)[^)]*\)", prose(path))
    return Counter(target for target in found if target not in (README.name, CHINESE.name))


def test_chinese_has_the_same_code():
    assert code(CHINESE) == code(README)


@pytest.mark.parametrize("kind", [figures, commands, targets])
def test_chinese_says_the_same(kind):
    here, there = kind(README), kind(CHINESE)
    assert dict(here - there) == {}, "missing in Chinese"
    assert dict(there - here) == {}, "only in Chinese"


def test_a_difference_is_seen(tmp_path):
    english, other = tmp_path / "a.md", tmp_path / "b.md"
    english.write_text("Accuracy 0.973 by `make train`, [how](docs/a.md).\n\n```\nmake train  # trains\n```\n")
    other.write_text("准确率 0.937，`make test`，[方法](docs/b.md)。\n\n```\nmake  test  # 训练\n```\n")
    for kind in (figures, commands, targets, code):
        assert kind(english) != kind(other)
    other.write_text("准确率 0.973，`make train`，[方法](docs/a.md)。\n\n```\nmake train  # 训练\n```\n")
    for kind in (figures, commands, targets, code):
        assert kind(english) == kind(other)
