"""Blocks of the other pages: recipes are accepted, commands and options exist, Python compiles and finds its names."""

import ast
import importlib
import pathlib
import shlex
from collections import Counter

import click
import pytest
from blocks import Block, blocks_of
from session import load_part

from bert_tf.cli.main import cli
from bert_tf.recipe.load_recipe import parse_overrides
from bert_tf.tasks.recipes import load_recipe

DOCS = pathlib.Path(__file__).parents[2] / "docs"
RUN_ELSEWHERE = {"adding.md", "tutorial.md", "faq.md"}
PAGES = sorted(path for path in DOCS.rglob("*.md") if path.name not in RUN_ELSEWHERE)
BLOCKS = [block for page in PAGES for block in blocks_of(page)]


def of(language: str) -> list[Block]:
    return [block for block in BLOCKS if block.language == language]


def test_every_block_has_a_language():
    old = {"design.md", "performance.md"}
    assert {block.language for block in BLOCKS if block.path.name not in old} <= {"bash", "python", "toml", "text"}


@pytest.mark.parametrize("block", of("toml"), ids=str)
def test_recipe_is_accepted(block, tmp_path):
    load_part(block.text, folder=tmp_path)


def command_lines() -> list[tuple[Block, list[str]]]:
    joined = [(block, block.text.replace("\\\n", " ")) for block in of("bash")]
    return [(block, shlex.split(line, comments=True)) for block, text in joined for line in text.splitlines()]


@pytest.mark.parametrize(("block", "words"), [line for line in command_lines() if line[1][:1] == ["bert-tf"]], ids=str)
def test_command_is_one(block, words, tmp_path):
    words = words[1 : words.index(">")] if ">" in words else words[1:]
    context = click.Context(cli, info_name="bert-tf")
    name, command, rest = cli.resolve_command(context, words)
    # A group may do something by itself, as `bert-tf runs` does.
    while isinstance(command, click.Group) and rest:
        context = click.Context(command, info_name=name, parent=context)
        name, command, rest = command.resolve_command(context, rest)
    parameters = command.make_context(name, rest, parent=context).params
    (tmp_path / "recipe.toml").write_text('task = "classify"\n[data]\nsource = "files"\n')
    load_recipe(str(tmp_path / "recipe.toml"), parse_overrides(parameters.get("assignments", ())))


@pytest.mark.parametrize("recipe", sorted((DOCS.parent / "recipes").glob("*.toml")), ids=lambda path: path.stem)
def test_commands_in_a_recipe_s_comment_are_accepted(recipe):
    """They are written as `#   bert-tf train …`; the overrides have to fit the recipe."""
    comment = "\n".join(line[1:] for line in recipe.read_text().splitlines() if line.startswith("#"))
    for line in comment.replace("\\\n", " ").splitlines():
        words = shlex.split(line) if line.strip().startswith("bert-tf ") else []
        if words[1:2] == ["train"]:
            command = cli.commands["train"]
            parameters = command.make_context("train", words[2:]).params
            load_recipe(parameters["recipe"], parse_overrides(parameters["assignments"]))


def test_other_commands_are_known():
    others = {words[0] for _, words in command_lines() if words} - {"bert-tf"}
    assert others <= {
        "cp",
        "curl",
        "docker",
        "export",
        "kubectl",
        "make",
        "model_signing",
        "python",
        "sha256sum",
    }


@pytest.mark.parametrize("block", of("python"), ids=str)
def test_python_finds_its_names(block):
    imported = {}
    for node in ast.walk(ast.parse(block.text)):
        if isinstance(node, ast.Import):
            imported |= {alias.name: importlib.import_module(alias.name) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = importlib.import_module(node.module)
            assert [alias.name for alias in node.names if not hasattr(module, alias.name)] == []
    for node in ast.walk(ast.parse(block.text)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in imported:
            assert node.attr in imported[node.value.id].__all__


def test_what_is_not_run_is_said():
    """Every block that no test runs, with the reason that its page gives."""
    said = [(block.path.name, block.not_run) for page in sorted(DOCS.rglob("*.md")) for block in blocks_of(page)]
    assert Counter(entry for entry in said if entry[1]) == {
        ("tutorial.md", "they run from an installation"): 1,
        ("tutorial.md", "it needs Docker and the image `tensorflow/serving`"): 1,
        ("tutorial.md", "it asks that server"): 1,
        ("serving.md", "it needs Docker and the image `tensorflow/serving`"): 3,
        ("serving.md", "it needs a cluster"): 3,
        ("serving.md", "there is no new version here"): 1,
        ("serving.md", "it needs a key"): 1,
        ("serving.md", "`bert-tf serve` reads the file by itself and has no such call"): 1,
        ("answers.md", "it needs Banking77"): 1,
        ("resuming.md", "it trains for minutes"): 1,
        ("monitoring.md", "it needs a broker of yours"): 1,
        ("resuming.md", "another one does it with a tiny encoder"): 1,
        ("scaling.md", "another one starts workers with a small recipe"): 1,
        ("scaling.md", "it measures for a minute"): 1,
        ("tensorboard.md", "it serves until you press Ctrl-C"): 1,
        ("tuning.md", "it serves until you press Ctrl-C"): 1,
    }
