"""Recipe models by task: what every recipe has, and the task's own table and names of measures."""

import functools
from collections.abc import Callable, Mapping
from typing import Any, Literal, cast

from pydantic import BaseModel, Field, create_model, field_validator

from bert_tf.nearest_name import nearest_name
from bert_tf.recipe.few_shot import NO_SHOTS, FewShot
from bert_tf.recipe.schema import Recipe, RecipeHead, Training
from bert_tf.recipe.section import Section
from bert_tf.recipe.task_keys import TaskKeys
from bert_tf.recipe.tuning import Tuning

Models = Mapping[str, type[Recipe]]


@functools.cache
def recipe_model(keys: TaskKeys) -> type[Recipe]:
    """The model of recipes of one task; the task's table stands behind `[training]`.

    Equal keys have one model, as recipes are equal only if they are of the same.
    """
    settings = (keys.settings, Field(default_factory=keys.settings, description=keys.settings.__doc__))
    # Fields are in the order of the bases, the farthest first: those of `Recipe` that aren't of its head come last.
    shots = {"few_shot": (FewShot, Field(default=NO_SHOTS, description=FewShot.__doc__))} if keys.few_shot else {}
    head: type[BaseModel] = _model("RecipeHead", RecipeHead, {keys.name: settings, **shots})
    fields = {
        "task": (Literal[keys.name], Field(description=keys.description)),
    }
    if keys.followed:
        fields |= {
            "training": _table(Recipe, "training", _training(keys)),
            "tuning": _table(Recipe, "tuning", _tuning(keys)),
        }
    base = Recipe if keys.of_table is None else _of_tables(keys.name, keys.of_table)
    return cast(type[Recipe], _model("Recipe", (base, head), fields, doc=Recipe.__doc__))


def _of_tables(name: str, of_table: Callable[[Mapping[str, object]], TaskKeys | None]) -> type[Recipe]:
    """The base of recipes whose measures depend on the task's own table."""

    class OfTables(Recipe):
        @classmethod
        def model_for(cls, values: Mapping[str, object]) -> type[Recipe]:
            table = values.get(name)
            keys = of_table(table) if isinstance(table, Mapping) else None
            return cls if keys is None else recipe_model(keys)

    return OfTables


def model_of(values: Mapping[str, object], models: Models) -> type[Recipe]:
    """The model that a recipe's tables are held against; where the task is none, that of the most likely one.

    Args:
        values: The recipe's tables as they were read.
        models: By task, at least one.
    """
    task = values.get("task")
    named = (task if task in models else nearest_name(task, models)) if isinstance(task, str) else None
    by_table = next((name for name in models if name in values), next(iter(models)))
    return models[named or by_table].model_for(values)


def sections_of(model: type[Recipe]) -> dict[str, type[BaseModel]]:
    """The tables of a recipe by name, in order."""
    return {
        name: field.annotation
        for name, field in model.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    }


def _training(keys: TaskKeys) -> type[Section]:
    monitor = _described(Training, "monitor", default=keys.monitors[0])
    fields = {"monitor": (Literal[keys.monitors], monitor)}
    if not keys.compares_rows:
        return _model("Training", Training, fields, doc=Training.__doc__)

    def refuse_batch_tokens(tokens: int | None) -> int | None:
        if tokens is not None:
            raise ValueError(
                f"task {keys.name!r} compares the texts of a batch with each other, so each batch needs equally many; "
                "remove batch_tokens, and set batch_size"
            )
        return tokens

    checks = {"refuse_batch_tokens": field_validator("batch_tokens")(refuse_batch_tokens)}
    return _model("Training", Training, fields, doc=Training.__doc__, checks=checks)


def _tuning(keys: TaskKeys) -> type[Section]:
    allowed = {"allowed": keys.objectives_in_words}
    objective = _described(Tuning, "objective", default=keys.objectives[0], json_schema_extra=allowed)

    def check_objective(objective: str) -> str:
        return keys.check_objective(objective)

    checks = {"check_objective": field_validator("objective")(check_objective)}
    return _model("Tuning", Tuning, {"objective": (str, objective)}, doc=Tuning.__doc__, checks=checks)


def _table(model: type[BaseModel], key: str, table: type[Section]) -> tuple[Any, Any]:
    return table, Field(default_factory=table, description=model.model_fields[key].description)


def _described(model: type[BaseModel], key: str, **others: Any) -> Any:
    return Field(description=model.model_fields[key].description, **others)


def _model(
    name: str, base: Any, fields: Mapping[str, tuple[Any, Any]], *, doc: str | None = None, checks: Any = None
) -> type[Any]:
    """As of `create_model`, which knows its fields by name only."""
    made: type[Any] = create_model(
        name, __base__=base, __doc__=doc, __module__=__name__, __validators__=checks, **cast(Any, fields)
    )
    return made
