"""The recipe's table `[classify]`."""

from typing import Annotated, Literal

from pydantic import Field

from bert_tf.recipe.section import Section

Weight = Annotated[float, Field(ge=0)]


class ClassifySettings(Section):
    """How much each label counts in the loss."""

    label_smoothing: float = Field(
        default=0.0, ge=0, lt=1, description="Share of the target probability spread evenly over all labels."
    )
    class_weights: Literal["none", "balanced"] | dict[str, Weight] = Field(
        default="none",
        description="`balanced` weights labels by inverse frequency; a table sets a weight for each label.",
    )
