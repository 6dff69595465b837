import dataclasses
import io

import pytest

from bert_tf.report.compared_runs import Line
from bert_tf.report.comparison_text import comparison_text
from bert_tf.terminal import TerminalConsole


def printed(comparison, width: int = 200) -> str:
    console = TerminalConsole(file=io.StringIO(), width=width, highlight=False, force_terminal=True, color_system=None)
    for part in comparison_text(comparison):
        console.print(part)
    return console.file.getvalue()


def line_of(text: str, start: str) -> list[str]:
    (line,) = (line for line in text.splitlines() if start in line)
    return cells_of(line)


def cells_of(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("│").split("│")]


def test_verdict_and_problems_come_last(comparison):
    text = printed(comparison)
    verdict, *problems = text[text.index("verdict  ") :].splitlines()
    assert verdict == "verdict  Run 2 is better than run 1: its accuracy is 0.0120 higher."
    assert [line.split("  ")[0] for line in problems] == ["warning"] * len(problems)
    assert "The accuracy of run 2 is 0.0120 higher than that of run 1" in text
    assert "Run 3: It is stopped." in text
    # With a single pair there is one test.
    assert "by chance" not in text


def test_tables(comparison):
    text = printed(comparison)
    assert text.splitlines()[0] == "run 1    runs/a/1"
    assert next(line for line in map(cells_of, text.splitlines()) if line[0] == "1") == [
        "1", "trained", "1000", "0.9000 (0.8800 to 0.9200)", "0.8900 (0.8700 to 0.9100)", "0.3000",
    ]  # fmt: skip
    assert line_of(text, "training.learning_rate")[1:] == ["5e-05", "0.0001", "0.0001"]
    assert line_of(text, "versions.tensorflow")[1:] == ["2.20.0", "2.21.0", "–"]
    assert line_of(text, "peak memory, MiB")[1:] == ["2498", "2301", "–"]
    assert text.index("0.9500") < text.index("0.9100 "), "the label that differs most comes first"


def test_texts_are_shown_as_they_are_and_do_not_steer_the_terminal(comparison):
    text = printed(comparison)
    assert (
        "rows [1].csv:43, expected b [red]<i>: run 2 predicted b [red]<i> (0.7500), run 1 predicted a (0.6600)" in text
    )
    assert r"[bold]marked\x1b[31m up[/bold]" in text
    assert "\x1b[31m" not in text
    assert "runs/a/[2]<b>" in text


def test_long_texts_are_cut(comparison):
    text = printed(comparison, width=1000)
    (line,) = (line for line in text.splitlines() if "first second word" in line)
    assert line.rstrip().endswith("wo …")
    assert len(line.strip()) < 210


def test_equal_recipes_are_said_to_be(comparison):
    assert "The recipes are equal." in printed(dataclasses.replace(comparison, recipe=()))


@pytest.mark.parametrize("width", [80, 110])
def test_no_word_is_broken(comparison, width):
    leaked = {f"{name}_without_leaked": score for name, score in comparison.runs[0].scores.items()}
    runs = tuple(dataclasses.replace(run, scores=run.scores | leaked if run.scores else {}) for run in comparison.runs)
    wide, narrow = (
        set(printed(dataclasses.replace(comparison, runs=runs), width=each).split()) for each in (999, width)
    )
    assert {word for word in narrow - wide if "━" not in word and "─" not in word} == set()


def test_keys_and_values_are_whole_on_a_narrow_screen(comparison):
    lines = (Line("training.gradient_checkpointing_and_more", ("validation.macro_f1", "data/umsatz-2026.csv", None)),)
    rows = [cells_of(line) for line in printed(dataclasses.replace(comparison, recipe=lines), width=60).splitlines()]
    first = next(number for number, row in enumerate(rows) if row[0].startswith("training.gr"))
    columns = zip(*[row for row in rows[first : first + 4] if len(row) == 4], strict=True)
    assert ["".join(column) for column in columns] == [lines[0].name, *lines[0].values[:2], "–"]


@pytest.mark.parametrize("width", [40, 80])
def test_many_runs_on_a_narrow_screen(comparison, width):
    """Runs become the rows of a table that would be wider than it is high."""
    runs = tuple(dataclasses.replace(comparison.runs[0], number=number, path=f"p{number}") for number in range(1, 31))
    recipe = (Line("training.seed", tuple(range(1, 31))),)
    many = dataclasses.replace(
        comparison, runs=runs, recipe=recipe, surroundings=(), resources=(), breakdown=None, pairs=()
    )
    text = printed(many, width=width)
    assert line_of(text, "│ run 30") == ["run 30", "30"]
    assert max(map(len, text.splitlines())) <= width
