"""The table `[tuning]`: how values for some keys of the recipe are searched for, and which."""

import difflib
import re
from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema, field_validator

from bert_tf.recipe.section import Section

Direction = Literal["min", "max"]

OBJECTIVES = ("validation.accuracy", "validation.macro_f1", "validation.weighted_f1", "validation.log_loss")
_OF_A_LABEL = re.compile(r"validation\.per_class\.(?P<label>.+)\.(precision|recall|f1)")

_ENDS = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
_PARAMETER = {
    "type": "object",
    "properties": {
        "choice": {"type": "array", "minItems": 2},
        "uniform": _ENDS,
        "log_uniform": _ENDS,
        "integer": {**_ENDS, "items": {"type": "integer"}},
        "steps": {"type": "integer", "minimum": 2},
        "when": {"type": "object"},
    },
}
_SPACE = {
    "type": "object",
    "additionalProperties": _PARAMETER,
    "allowed": 'a table of "section.key" = { choice = […] }, { uniform = [low, high] }, { log_uniform = [low, high] } '
    "or { integer = [low, high] }",
}
# Held against the rest of the recipe by `recipe/space.py` when a search starts; training takes no notice of it.
Space = Annotated[dict[str, Any], WithJsonSchema(_SPACE)]


class Tuning(Section):
    """What `bert-tf tune` searches, and how; `bert-tf train` ignores it."""

    algorithm: Literal["random", "bayesian", "hyperband", "grid"] = Field(
        default="bayesian",
        description="Search algorithm: `random` draws values, `bayesian` models the scores so far with a Gaussian "
        "process, `hyperband` draws values and trains the best of each round for longer, `grid` tries all in order.",
    )
    objective: str = Field(
        default="validation.accuracy",
        description="Validation metric to optimize, by its path in metrics.json.",
        json_schema_extra={"allowed": f"{', '.join(OBJECTIVES)} or validation.per_class.LABEL.f1, precision, recall"},
    )
    direction: Literal["auto", "min", "max"] = Field(
        default="auto", description="Whether to minimize or maximize the objective; `auto` decides by the objective."
    )
    max_trials: int = Field(
        default=20, ge=1, description="Maximum number of trials, including one with the recipe's own values."
    )
    max_minutes: float | None = Field(
        default=None,
        gt=0,
        description="Minutes after which no new trial starts, including time before an interruption. Default: no "
        "limit.",
    )
    seeds: int = Field(
        default=1, ge=1, le=100, description="Runs per trial, each with another seed; their mean is the trial's score."
    )
    seed: int = Field(default=1, ge=1, lt=2**32, description="Seed of the search algorithm.")
    factor: int = Field(
        default=3,
        ge=2,
        description="Hyperband's reduction factor: one in `factor` trials of a round continues, for `factor` times the "
        "epochs.",
    )
    pruning: bool = Field(
        default=True,
        description="Stop a trial early if its score is worse than that of three quarters of the finished trials at "
        "the same epoch, once five have finished. Hyperband uses its rounds instead.",
    )
    space: Space = Field(
        default={},
        description="Keys to search, in quotes, each with a choice or a range. `steps` reduces a range to that many "
        "values; `when` activates a key only for given values of other keys.",
    )

    @field_validator("objective")
    @classmethod
    def check_objective(cls, objective: str) -> str:
        """A score on validation rows: what test rows have chosen, they can't measure."""
        if objective.startswith("test."):
            raise ValueError(
                f"{objective} is measured on the test rows, and selecting by it would make the final test scores "
                f"optimistic; did you mean validation.{objective.removeprefix('test.')}?"
            )
        if objective not in OBJECTIVES and not _OF_A_LABEL.fullmatch(objective):
            raise ValueError(_unknown(objective))
        return objective


def label_of(objective: str) -> str | None:
    """The label that an objective is of; None for one of all labels."""
    match = _OF_A_LABEL.fullmatch(objective)
    return match["label"] if match else None


def _unknown(objective: str) -> str:
    names = {name.removeprefix("validation."): name for name in OBJECTIVES} | {"loss": "validation.log_loss"}
    match = difflib.get_close_matches(objective.removeprefix("validation."), names, n=1, cutoff=0.5)
    meant = f"did you mean {names[match[0]]}?" if match else f"known: {', '.join(OBJECTIVES)}"
    return f"unknown validation metric {objective}; {meant}"
