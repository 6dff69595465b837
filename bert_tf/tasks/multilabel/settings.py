"""The recipe's table `[multilabel]`."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bert_tf.recipe.data_keys import Names
from bert_tf.recipe.section import Section

Weight = Annotated[float, Field(gt=0)]


class MultilabelSettings(Section):
    """How the labels of a text are written, and how much each counts in the loss."""

    format: Literal["separated", "json"] = Field(
        default="separated",
        description="How the column `data.label` holds the labels of a text: `separated` by `separator`, or as a "
        "`json` list of strings, also as Python or NumPy writes one. An empty cell or list, and a missing value, is a "
        "text without labels. Cells that are lists, in JSON Lines, Parquet and TFDS, are read either way.",
    )
    separator: str = Field(default="|", min_length=1, max_length=8, description="Separator between two labels.")
    columns: Names | None = Field(
        default=None,
        min_length=1,
        description="Columns that hold 0 or 1, or no or yes, one for each label, in the order of the model's outputs; "
        "`data.label` is not used then.",
    )
    names_file: str | None = Field(
        default=None,
        min_length=1,
        description="File with the name of a label in each line. The labels in the data are then ids: the number of "
        "a line, from 0. `~` and $VARIABLES are expanded.",
    )
    positive_weights: Literal["none", "balanced"] | dict[str, Weight] = Field(
        default="none",
        description="Weight in the loss of texts that have a label, relative to those that don't. `balanced`: the "
        "ratio of training rows without the label to those with it; a table sets a weight for each label, 1 for those "
        "left out.",
    )

    @model_validator(mode="after")
    def check_layout(self) -> Self:
        """One way to write labels."""
        if self.columns is not None and self.names_file is not None:
            raise ValueError("columns of 0 and 1 have the labels' names already; remove names_file")
        ignored = self._without_effect()
        if ignored:
            raise ValueError(ignored)
        if len(set(self.columns or ())) < len(self.columns or ()):
            raise ValueError("columns has duplicate entries")
        return self

    def _without_effect(self) -> str:
        """What is set and would be ignored; recipes of runs have all keys, so that a default is not set."""
        fields = type(self).model_fields
        given = [key for key in ("format", "separator") if getattr(self, key) != fields[key].default]
        if self.columns is not None and given:
            return f"columns of 0 and 1 are no lists; remove {' and '.join(given)}, or columns"
        if self.format == "json" and "separator" in given:
            return "JSON lists have no separator of their own; remove separator, or format"
        return ""
