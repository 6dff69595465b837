"""What every table of a recipe has in common."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A table of the recipe: no unknown keys, no guessed types, no change after it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
