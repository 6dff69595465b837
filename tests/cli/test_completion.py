"""What a shell is given: the script, and the answers to it, in a process as the shell starts it."""

import subprocess
import sys

import pytest


@pytest.fixture
def complete(command, tmp_path):
    """Completions for a command line, its last word unfinished."""

    def run(line: str) -> list[str]:
        count = len(line.split(" ")) - 1
        done = command(_BERT_TF_COMPLETE="bash_complete", COMP_WORDS=line, COMP_CWORD=str(count))
        return [answer.partition(",")[2] for answer in done.stdout.splitlines()]

    return run


@pytest.mark.parametrize("shell, function", [("bash", "complete -o nosort"), ("zsh", "compdef"), ("fish", "complete")])
def test_script(command, shell, function):
    done = command("completion", shell)
    assert done.returncode == 0, done.stderr
    assert function in done.stdout
    assert "_BERT_TF_COMPLETE" in done.stdout


def test_commands_and_options(complete):
    assert complete("bert-tf tr") == ["train"]
    assert complete("bert-tf train --se") == ["--set"]


def test_recipes_by_name_then_by_file(complete):
    assert complete("bert-tf train ss") == ["sst2"]
    assert complete("bert-tf data bbc") == ["bbc-headlines", "bbc-news"]
    assert complete("bert-tf train my/") == ["my/"]


def test_runs_newest_first(complete, tmp_path):
    for name in ("imdb/20260101-100000", "imdb/20260102-100000"):
        (tmp_path / "runs" / name).mkdir(parents=True)
        (tmp_path / "runs" / name / "run.json").touch()
    (tmp_path / "runs" / "imdb" / "no-run").mkdir()
    assert complete("bert-tf evaluate runs/") == ["runs/imdb/20260102-100000", "runs/imdb/20260101-100000"]


def test_keys_of_a_recipe(complete):
    assert complete("bert-tf train imdb --set training.ep") == ["training.epochs="]


def test_completion_starts_no_tensorflow():
    code = (
        "import sys, click; from bert_tf.cli.options import complete_recipe, complete_run, complete_assignment\n"
        "for complete in (complete_recipe, complete_run, complete_assignment): complete(None, None, '')\n"
        "print('tensorflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
