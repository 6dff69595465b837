"""What a user's files say of several labels for each text, while a recipe for them is drafted."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from bert_tf.data.survey import NAMED, Column, describe_columns
from bert_tf.errors import DataError
from bert_tf.plurals import counted
from bert_tf.recipe.commented_toml import Entry
from bert_tf.tasks.multitask.heads import NAME
from bert_tf.tasks.multitask.target import MultitaskTarget
from bert_tf.tasks.target_draft import CheckedLabels, Finding, Guess
from bert_tf.tasks.task import Task

# Files often have several columns that look like labels; that all are to be learned only such names say.
_LABEL = re.compile(r"label[_ .-](?P<behind>.+)|(?P<before>.+)[_ .-]label", re.IGNORECASE)


class MultitaskDraft:
    """See `TargetDraft`.

    Args:
        tasks: That can be heads, by name.
    """

    drawn = "stratified by combinations of labels"
    needs_two_labels = False

    def __init__(self, tasks: Mapping[str, Task]) -> None:
        self._tasks = tasks

    def guess(self, columns: Sequence[Column], *, file: str, is_given: bool) -> Guess:
        """Two or more columns that are called label_… or …_label, each as the task that is surest of it reads it."""
        heads = [] if is_given else [head for column in columns if (head := self._head(column, file)) is not None]
        if len({head["name"] for head in heads}) < max(2, len(heads)):
            raise DataError(
                f"No two columns of {file} are called label_NAME or NAME_label and look like labels:",
                where=file,
                problems=describe_columns(columns),
                hint="set it with --label COLUMN",
            )
        read_as = ", ".join(f"{head['name']} as {head['task']}" for head in heads)
        reason = f"by their names; {read_as}"
        return Guess(tuple(head["label"] for head in heads), 3 * NAMED, reason, {"heads": heads})

    def could_be(self, column: Column) -> bool:
        """Never: it has several columns, and names them."""
        del column
        return False

    def target(self, columns: Sequence[str], settings: Mapping[str, object], *, text: str) -> MultitaskTarget:
        """Reads what each head's task reads."""
        del columns
        heads = cast(Sequence[Mapping[str, Any]], settings["heads"])
        drafts = {head["name"]: (head, self._tasks[head["task"]].draft()) for head in heads}
        return MultitaskTarget(
            {
                name: draft.target([head["label"]], head.get(head["task"], {}), text=text)
                for name, (head, draft) in drafts.items()
            }
        )

    def described(self, train: CheckedLabels) -> str:
        """`2 labels for each text`."""
        return f"{counted(_heads(train), 'label')} for each text"

    def finding(self, train: CheckedLabels) -> Finding:
        """How many rows have a label of each head."""
        rows = [
            sum(count for value, count in train.labels.items() if value[place] is not None)
            for place in range(_heads(train))
        ]
        return Finding("heads", str(len(rows)), f"rows with a label of each: {', '.join(map(str, rows))}")

    def column_entries(self, columns: Sequence[str]) -> list[Entry]:
        """None: each head names its own."""
        return []

    def label_entries(self, splits: Mapping[str, CheckedLabels]) -> list[Entry]:
        """None."""
        return []

    def settings(self, train: CheckedLabels) -> Mapping[str, list[Entry]]:
        """None."""
        return {}

    def notes(self, splits: Mapping[str, CheckedLabels]) -> list[str]:
        """None."""
        return []

    def _head(self, column: Column, file: str) -> dict[str, Any] | None:
        """The table of a head for a column; None where it is called otherwise, or no task can read it."""
        match = _LABEL.fullmatch(column.name)
        name = re.sub(r"\W+", "_", (match["behind"] or match["before"]).strip()) if match else ""
        if not re.match(NAME, name):
            return None
        guesses: dict[str, Guess] = {}
        for task_name, task in self._tasks.items():
            try:
                guesses[task_name] = task.draft().guess([column], file=file, is_given=False)
            except DataError:
                continue
        if not guesses:
            return None
        task_name, guess = max(guesses.items(), key=lambda pair: pair[1].certainty)
        settings = {task_name: dict(guess.settings)} if guess.settings else {}
        return {"name": name, "task": task_name, "label": column.name, **settings}


def _heads(train: CheckedLabels) -> int:
    return len(next(iter(train.labels), ()))
