import rich_click as click
from click.testing import CliRunner

from bert_tf.cli.examples import examples_of, show_examples


@click.group(invoke_without_command=True)
def outer() -> None:
    """What it does, in a sentence
    of two lines.

    Example: outer
    Example: outer inner --set "a=[1, 2]"
    """


@outer.command()
def inner() -> None:
    """Do a part.

    Example: outer inner
    """


@outer.command()
def bare() -> None:
    """Has none."""


def test_examples_are_the_lines_with_the_mark():
    assert examples_of(outer) == ["outer", 'outer inner --set "a=[1, 2]"']
    assert examples_of(bare) == []


def test_examples_stand_at_the_end_each_on_its_line():
    show_examples(outer)
    shown = [line.strip() for line in CliRunner().invoke(outer, ["--help"]).output.splitlines()]
    assert shown[shown.index("Examples") + 1 :][:2] == ["outer", 'outer inner --set "a=[1, 2]"']
    assert any("--help" in line for line in shown[: shown.index("Examples")])
    assert "What it does, in a sentence of two lines." in shown
    assert not any("Example:" in line for line in shown)
    assert "Example" in CliRunner().invoke(outer, ["inner", "--help"]).output
