import json
import os
import subprocess
import sys

import pytest
import rich_click as click
from click.testing import CliRunner

from bert_tf.cli.main import cli
from bert_tf.errors import BertTfError, DataError

HEAVY = {"tensorflow", "transformers", "pydantic", "numpy", "pyarrow", "matplotlib", "sklearn", "huggingface_hub"}


def commands(group: click.Group = cli, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The words of every command there is, subcommands after their group."""
    found = []
    for name, command in group.commands.items():
        found.append((*path, name))
        if isinstance(command, click.Group):
            found += commands(command, (*path, name))
    return found


def test_help_is_rich_and_starts_without_what_commands_need():
    code = "import sys; from bert_tf.cli.main import cli; cli(['--help'], standalone_mode=False); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not HEAVY & set(done.stdout.split())
    assert "rich_click" in done.stdout.split()


def test_help_names_every_command_in_a_group_of_the_flow():
    shown = CliRunner().invoke(cli, ["--help"]).output
    for name in cli.commands:
        assert f"\n  {name} " in shown
    titles = [line.strip(" :") for line in shown.splitlines() if line.rstrip().endswith(":")]
    # What is in no group would stand below "Commands".
    assert titles == ["Options", "Data", "Train", "Inspect runs", "Predict and deploy", "Environment"]


def test_help_tells_the_exit_status():
    shown = CliRunner().invoke(cli, ["--help"]).output
    assert "\n4   the data is missing or invalid" in shown
    assert "\n130 stopped by Ctrl-C" in shown


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_has_an_example_at_the_end_of_its_help(words):
    done = CliRunner().invoke(cli, [*words, "--help"], prog_name="bert-tf")
    assert done.exit_code == 0
    examples = done.output[done.output.rindex("\nExample") :].splitlines()[2:]
    assert any(line.startswith(f"bert-tf {' '.join(words)}") for line in examples), done.output


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["trian"], ["No such command 'trian'", "Did you mean 'train'?", "try:   bert-tf --help"]),
        (["recipes", "shwo"], ["Did you mean 'show'?", "try:   bert-tf recipes --help"]),
        (["train", "imdb", "--baselin"], ["Did you mean '--baseline'?", "try:   bert-tf train --help"]),
        (
            ["train"],
            ["Missing argument 'RECIPE'", "usage: bert-tf train [OPTIONS] RECIPE", "try:   bert-tf train imdb"],
        ),
        (["completion", "tcsh"], ["'tcsh'", "'bash'", "'fish'"]),
    ],
)
def test_wrong_use_is_a_sentence_with_the_nearest(arguments, told):
    done = CliRunner().invoke(cli, arguments, prog_name="bert-tf")
    assert done.exit_code == 2
    assert done.stdout == ""
    assert all(part in done.stderr for part in told), done.stderr


def test_wrong_use_is_json_for_programs():
    done = CliRunner().invoke(cli, ["trian", "--json"], prog_name="bert-tf")
    assert done.exit_code == 2
    assert done.stderr == ""
    error = json.loads(done.stdout)["error"]
    assert error["kind"] == "usage"
    assert "Did you mean 'train'?" in error["what"]


def test_json_behind_two_dashes_is_an_argument():
    done = CliRunner().invoke(cli, ["predict", "no/run", "--", "--json"], prog_name="bert-tf")
    assert done.stderr.startswith("Error: There is no folder no/run.")


@click.command()
@click.argument("kind")
def fail(kind: str) -> None:
    """Raise what a command may raise."""
    problems: dict[str, BaseException] = {
        "data": DataError("Two rows are bad:", problems=["a.csv:1: empty", "a.csv:2: empty"], hint="mend them"),
        "full": OSError(28, "No space left on device", "a.bin"),
        "memory": MemoryError(),
        "defect": ZeroDivisionError("division by zero"),
        "stop": KeyboardInterrupt(),
        "plain": BertTfError("It failed."),
    }
    raise problems[kind]


@pytest.mark.parametrize(
    "kind, status, told",
    [
        ("data", 4, "data"),
        ("full", 7, "machine"),
        ("memory", 7, "machine"),
        ("defect", 1, "defect"),
        ("stop", 130, "stopped"),
        ("plain", 1, "failed"),
    ],
)
@pytest.mark.parametrize("as_json", [False, True])
def test_exit_status_of_what_a_command_raises(kind, status, told, as_json, monkeypatch):
    monkeypatch.setitem(cli.commands, "fail", fail)
    # `fail` has no such option; it stands where the group looks for it, and is an argument of `fail`'s.
    monkeypatch.setattr(fail, "params", [*fail.params, click.Option(["--json"], is_flag=True, expose_value=False)])
    done = CliRunner().invoke(cli, ["fail", kind, *(["--json"] if as_json else [])], prog_name="bert-tf")
    assert done.exit_code == status
    if as_json:
        assert json.loads(done.stdout)["error"]["kind"] == told
    else:
        assert done.stdout == ""
        assert ("Traceback" in done.stderr) == (kind == "defect")


def test_version(command):
    assert command("--version").stdout.strip() == "bert-tf, version 0.1.0"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_no_encoding_of_the_output_ends_a_command(cache, tmp_path, encoding):
    rows = "text,label\n" + "".join(f"Text {i} über 中文 →,{'gut ✓' if i % 2 else 'schlecht'}\n" for i in range(60))
    (tmp_path / "rows.csv").write_text(rows)
    environment = {**os.environ, "BERT_TF_CACHE": str(cache), "PYTHONIOENCODING": encoding}

    def told(*arguments, status=0):
        command = [sys.executable, "-m", "bert_tf.cli", *arguments]
        done = subprocess.run(command, capture_output=True, check=False, cwd=tmp_path, env=environment)
        assert done.returncode == status, done.stderr
        return done.stdout.decode(encoding)

    told("new", "rows", "--from", "rows.csv")
    assert "gut \\u2713" in told("data", "rows")
    assert "gut ✓" in json.loads(told("data", "rows", "--json"))["samples"]
    told("data", "中文", status=3)
