"""The reader of the documents' blocks itself: what it overlooks, the documents' tests would not see."""

import pytest
from blocks import blocks_of, prints

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
