"""The table `[tuning]`: how values for some keys of the recipe are searched for, and which."""

from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from bert_tf.recipe.section import Section

Direction = Literal["min", "max"]

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
        default="", description="Validation metric to optimize, by its path in metrics.json."
    )  # its values and its default are the task's
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
