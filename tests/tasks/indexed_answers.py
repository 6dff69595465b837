"""The run of `embed`'s specimen with its texts as answers: indexed once for all that look at it."""

import csv
import json
import pathlib
from typing import Any

import filelock
import pytest
from click.testing import CliRunner
from conformance import finish
from specimens import TEXTS

from bert_tf.cli.main import cli

# The id of an answer is its number; the last questions have none.
QUESTIONS = [
    *((f"is it {text}?", str(number)) for number, text in enumerate(TEXTS) if number % 3),
    ("how do I boil an egg", ""),
    ("will it rain in London tomorrow", ""),
    ("2 + 2", ""),
]
TOP = 3


def index_specimen(*, cache: pathlib.Path, encoder: str) -> dict[str, Any]:
    """What `bert-tf index --json` says; `model` is the version's folder. Whoever comes second gets what is there.

    Args:
        cache: As of `finish`.
        encoder: Of the recipe.
    """
    run = finish("embed", cache=cache, encoder=encoder).run.path
    folder = cache.parent / "conformance" / "answers"
    folder.mkdir(parents=True, exist_ok=True)
    said = folder / "said.json"
    with filelock.FileLock(f"{folder}.lock"), pytest.MonkeyPatch.context() as patch:
        patch.setenv("BERT_TF_CACHE", str(cache))
        if not said.exists():
            _write(folder / "answers.csv", ["id", "text", "team"], [(n, text, n % 2) for n, text in enumerate(TEXTS)])
            _write(folder / "asked.csv", ["question", "id"], QUESTIONS)
            files = ["--answers", str(folder / "answers.csv"), "--questions", str(folder / "asked.csv")]
            options = ["--metadata", "team", "--top", str(TOP), "--to", str(folder / "models"), "--json"]
            done = CliRunner().invoke(cli, ["index", str(run), *files, *options])
            if done.exit_code:
                raise AssertionError(done.output)
            said.write_text(done.stdout)
    return json.loads(said.read_text())


def _write(path: pathlib.Path, header: list[str], rows: list[tuple[Any, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
