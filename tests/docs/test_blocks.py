"""The reader of the documents' blocks itself: what it overlooks, the documents' tests would not see."""

import os
import pathlib

import pytest
from blocks import Block, blocks_of, prints
from session import Session, commands_of

PAGE = """\
# A page

Some words.

```bash
bert-tf recipes
```

```text
imdb
```

*Not run by the tests: it needs Docker.*

```bash
docker run …
```

<!-- Not run by the tests: it takes hours. -->

```
make bench
```

- a list
  ```toml
  [training]
  epochs = 1
  ```

```text
not the output of anything: words stand between
```
"""


def test_blocks(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    first, docker, bench, recipe, words = blocks_of(page)
    assert (first.line, first.language, first.text, first.output) == (5, "bash", "bert-tf recipes\n", "imdb\n")
    assert (docker.not_run, docker.output) == ("it needs Docker", None)
    assert (bench.language, bench.not_run) == ("", "it takes hours")
    assert (recipe.language, recipe.not_run, recipe.text) == ("toml", None, "[training]\nepochs = 1\n")
    assert (words.language, words.output) == ("text", None)


def test_a_reason_is_of_the_next_block_only(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("*Not run by the tests: why.*\n\n```bash\na\n```\n\n```bash\nb\n```\n\nWords.\n\n```bash\nc\n```\n")
    assert [block.not_run for block in blocks_of(page)] == ["why", None, None]


@pytest.mark.parametrize(
    ("expected", "printed", "same"),
    [
        ("a b\nc", "a   b \nc\n", True),
        ("a\nc", "a\nb\nc\n", False),
        ("a\n…\nc", "x\na\nb\nb\nc\ny\n", True),
        ("where: …/train.csv:3", "where: somewhere/train.csv:3\n", True),
        ("where: …/train.csv:3", "where: somewhere/train.csv:4\n", False),
        ("a.c", "abc\n", False),
        ("b", "a b\n", False),
    ],
)
def test_prints(expected, printed, same):
    assert prints(expected, printed) is same


@pytest.mark.parametrize(
    ("expected", "printed", "same"),
    [
        ("test accuracy 0.95 (57 of 60)", "test accuracy 0.9 (54 of 60)\n", True),
        ("difference 1.2e-07", "difference 8e-08\n", True),
        ("runs/x/20260101-120000", "runs/x/20271231-235959-2\n", False),
        ("3 rows", "3 texts\n", False),
        ("3 rows", "no rows\n", False),
    ],
)
def test_prints_with_any_numbers(expected, printed, same):
    assert prints(expected, printed, numbers=False) is same


@pytest.mark.parametrize(
    "language, text, commands",
    [
        (
            "bash",
            "bert-tf data a  # why\n\nbert-tf train a \\\n  --set 'b=c d'\n",
            [["data", "a"], ["train", "a", "--set", "b=c d"]],
        ),
        ("bash", "bert-tf data a | head\n", None),
        ("bash", "cd a\nbert-tf data a\n", None),
        ("bash", 'bert-tf data "$A"\n', None),
        ("python", "print(1)\n", ["print(1)\n"]),
    ],
)
def test_what_needs_no_shell(language, text, commands):
    assert commands_of(Block(pathlib.Path("page.md"), 1, language, text, None, None)) == commands


def test_commands_and_programs_run_here_as_in_processes(tmp_path):
    program = "import os\nopen('here', 'w').close()\nprint(os.environ['A'], os.listdir())\n"
    blocks = [
        ("python", program, None),
        ("bash", "bert-tf train imdbb\n", "Error: …"),
        ("bash", "bert-tf --version\n", None),
    ]
    said = []
    for name, here in (("a", True), ("b", False)):
        (tmp_path / name).mkdir()
        reader = Session(tmp_path / name, {"A": "1"}, here=here)
        said.append(
            [
                reader.run(Block(pathlib.Path("page.md"), 1, language, text, None, output))
                for language, text, output in blocks
            ]
        )
    assert said[0] == said[1]
    assert said[0][0] == "1 ['here']\n"
    assert "did you mean" in said[0][1]
    assert "A" not in os.environ
    with pytest.raises(AssertionError, match="status 3"):
        reader.run(Block(pathlib.Path("page.md"), 1, "bash", "bert-tf train imdbb\nbert-tf --version\n", None, None))
