"""Labels and texts that would steer a terminal, through the commands that show them."""

import json
import shutil
import unicodedata

import pytest

LABELS = ("good\x1b[31m", "bad\x9b2J\u202eevil", "so\x7f\x07so [bold]x[/bold]")


@pytest.fixture
def recipe(tmp_path):
    lines = [
        json.dumps({"text": f"text number {i} is of kind {i % 3} \x1b]0;title\x07 \u2066end", "label": LABELS[i % 3]})
        for i in range(120)
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(lines))
    return "rows"


def steers(output: str) -> set[str]:
    """What a terminal obeys; output that goes nowhere near a terminal has no colours of its own."""
    return {
        letter
        for letter in output
        if (unicodedata.category(letter) == "Cc" and letter not in "\n\t") or letter in "\u202e\u2066"
    }


def test_no_command_lets_them_through(recipe, invoke, short, tmp_path):
    cut = short.index("data.train=all[:240]")
    quick = (*short[: cut - 1], *short[cut + 1 :])
    commands = [
        ["new", recipe, "--from", "rows.jsonl"],
        ["data", recipe],
        ["train", recipe, *quick, "--no-export", "--set", "training.epochs=1"],
        ["predict", "runs/rows", "a text \x1b[2J of mine"],
        ["report", "runs/rows"],
    ]
    shown = ""
    for arguments in commands:
        done = invoke(*arguments)
        assert done.returncode == 0, done.stderr
        assert steers(done.stdout + done.stderr) == set(), arguments
        shown += done.stdout
    assert r"good\x1b[31m" in shown
    assert r"bad\x9b2J\u202eevil" in shown
    run = next((tmp_path / "runs" / "rows").iterdir())
    shutil.copytree(run, run.with_name("second"))
    done = invoke("compare", "runs/rows")
    assert done.returncode == 0, done.stderr
    assert steers(done.stdout + done.stderr) == set()
    done = invoke("predict", "runs/rows", "a text \x1b[2J of mine", "--json")
    assert steers(done.stdout) == set()
    assert json.loads(done.stdout)[0]["text"] == "a text \x1b[2J of mine"
