"""Rows and recipes of the tasks beside `classify` whose runs and exports are damaged: small, and the same each time."""

import json
import pathlib
from collections.abc import Callable
from typing import Any

from bert_tf.recipe.schema import Recipe
from bert_tf.tasks.recipes import make_recipe

_ROWS = 40
_OPENINGS = ("a warm film", "a dull story", "the best cast", "two long hours", "a clever plot")
_ENDINGS = ("for young and old", "from start to end", "with great actors", "that nobody saw")

Row = dict[str, Any]


def _text(row: int) -> str:
    return f"{_OPENINGS[row % len(_OPENINGS)]} {_ENDINGS[row % len(_ENDINGS)]}, number {row}"


def _of_embed(row: int) -> Row:
    return {"answer": f"somebody answers {_ENDINGS[row % len(_ENDINGS)]} {row}"}


def _of_rank(row: int) -> Row:
    return {"user": "abcd"[row % 4], "time": f"2026-01-{row % 28 + 1:02}T{row % 24:02}:00:00"}


def _of_multitask(row: int) -> Row:
    return {"mood": ("good", "bad")[row % 2], "stars": str(2 + row % 7 / 2)}


def _of_tag(row: int) -> Row:
    first = _text(row).index(" ")
    return {"entities": [[0, first, "OPENING"], [first + 1, first + 3, "NEXT"]][: 1 + row % 2]}


_HEADS = [
    {"name": "mood", "task": "classify", "label": "mood"},
    {"name": "stars", "task": "regress", "label": "stars"},
]
# Its columns, what `[data]` says of them, and its own table.
_TASKS: dict[str, tuple[Callable[[int], Row], Row, Row]] = {
    "embed": (_of_embed, {"label": "answer"}, {}),
    "rank": (_of_rank, {}, {"history": 3}),
    "multitask": (_of_multitask, {}, {"heads": _HEADS}),
    "tag": (_of_tag, {"label": "entities"}, {"head": "crf"}),
}
OTHER_TASKS = tuple(_TASKS)


def small_recipe(task: str, *, folder: pathlib.Path, encoder: pathlib.Path, values: Row) -> Recipe:
    """The recipe of a task; its rows are written into a folder.

    Args:
        task: One of `OTHER_TASKS`.
        folder: Gets the rows.
        encoder: Folder of the encoder.
        values: Further tables, by name.
    """
    columns, data, settings = _TASKS[task]
    path = folder / f"{task}.jsonl"
    lines = [json.dumps({"text": _text(row), **columns(row)}) for row in range(_ROWS)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    shares = {"source": "files", "train": str(path), "validation": 0.2, "test": 0.2}
    model = {"encoder": str(encoder), "kernels": "reference"}
    return make_recipe(
        {"name": task, "task": task, "data": {**shares, **data}, "model": model, task: settings, **values}
    )


def answers_of(folder: pathlib.Path) -> pathlib.Path:
    """A file of answers for an index, written into a folder."""
    path = folder / "answers.jsonl"
    rows = [json.dumps({"id": row, "text": _of_embed(row)["answer"], "team": row % 2}) for row in range(_ROWS)]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path
