"""The recipe's table `[multitask]`, which has a table `[[multitask.heads]]` for each head."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self, cast

from pydantic import Field, create_model, model_validator

from bert_tf.recipe.data_keys import Names
from bert_tf.recipe.section import Section
from bert_tf.tasks.multitask.heads import NAME
from bert_tf.tasks.task import Task

# Keys of a split in metrics.json, where each head has a table of its own.
_RESERVED = ("examples", "truncated_share", "without_leaked")


class HeadKeys(Section):
    """What every head has; `multitask_settings` adds a table for each task that a head can be of."""

    name: str = Field(
        pattern=NAME,
        description="Name of the head, the prefix of its measures, columns and outputs.",
        json_schema_extra={"allowed": "a letter, and letters, digits and _ behind it"},
    )
    task: str = Field(description="Task of the head.")
    label: str = Field(
        default="label",
        min_length=1,
        description="Its label column. A row whose cell is empty counts for the other heads only.",
    )
    labels: Names | None = Field(default=None, min_length=2, description="As `data.labels`, of this head.")
    merge_labels: bool = Field(default=False, description="As `data.merge_labels`, of this head.")
    weight: float = Field(default=1.0, gt=0, description="Factor of the head's loss.")

    @property
    def columns(self) -> Sequence[str]:
        """The columns that its labels stand in."""
        own = getattr(self, self.task)
        return getattr(own, "columns", None) or (self.label,)

    @model_validator(mode="after")
    def check_name(self) -> Self:
        """Its name is none that metrics.json has already."""
        if self.name in _RESERVED:
            raise ValueError(f"the head can't be called {self.name}, which metrics.json has already")
        return self


class MultitaskKeys(Section):
    """Several heads on one encoder."""

    loss_weights: Literal["fixed", "learned"] = Field(
        default="fixed",
        description="How the losses of the heads are added up: `fixed` by their `weight` alone; `learned` divides each "
        "by an uncertainty that is trained with the model (Kendall, Gal & Cipolla 2018).",
    )

    @model_validator(mode="after")
    def check_heads(self) -> Self:
        """There are heads, each with a name of its own, and no column is read as two kinds of label."""
        heads: Sequence[HeadKeys] = getattr(self, "heads", ())
        if not heads:
            raise ValueError("there are no heads; add a table [[multitask.heads]] with name, task and label for each")
        names = [head.name for head in heads]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two heads are called {name}; give each a name of its own")
        task_of: dict[str, HeadKeys] = {}
        for head in heads:
            for column in head.columns:
                other = task_of.setdefault(column, head)
                if other.task != head.task:
                    raise ValueError(
                        f"the heads {other.name} and {head.name} both read the column {column!r}, one as "
                        f"{other.task}, the other as {head.task}; give one of them another column"
                    )
        return self


def multitask_settings(tasks: Mapping[str, Task], *, refused: Sequence[str]) -> type[Section]:
    """The model of the table.

    Args:
        tasks: That can be heads, by name.
        refused: Names of those that can't.
    """

    def check_task(self: Any) -> Any:
        if self.task in refused:
            raise ValueError(
                f"the head {self.name} can't be of the task {self.task}: a head reads a whole text and has a loss of "
                f"each row by itself, as {', '.join(tasks)} do"
            )
        if self.task not in tasks:
            raise ValueError(f"the head {self.name} has the unknown task {self.task!r}; known: {', '.join(tasks)}")
        for name in tasks:
            if name != self.task and getattr(self, name) is not None:
                raise ValueError(f"the head {self.name} is of the task {self.task}, but has a table {name}; remove it")
        if getattr(self, self.task) is None:
            return self.model_copy(update={self.task: tasks[self.task].settings()()})
        return self

    tables: dict[str, Any] = {
        name: (task.settings() | None, Field(default=None, description=f"As the table `[{name}]`, of this head."))
        for name, task in tasks.items()
    }
    # Behind the check of the fields, so that the table of its own task is there.
    validators = {"check_task": model_validator(mode="after")(check_task)}
    head = create_model(
        "Head",
        __base__=HeadKeys,
        __doc__="A head.",
        __module__=__name__,
        __validators__=cast(Any, validators),
        **tables,
    )
    heads: Any = (
        tuple[head, ...],  # type: ignore[valid-type]
        Field(default=(), strict=False, description="A table for each head."),
    )
    made: type[Section] = create_model(
        "Multitask", __base__=MultitaskKeys, __doc__=MultitaskKeys.__doc__, __module__=__name__, heads=heads
    )
    return made
