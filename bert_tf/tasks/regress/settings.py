"""The recipe's table `[regress]`."""

from typing import Literal

from pydantic import Field

from bert_tf.recipe.section import Section


class RegressSettings(Section):
    """How far off a number may be, and what that costs."""

    loss: Literal["mse", "huber", "mae"] = Field(
        default="mse",
        description="Loss of the error in standard deviations of the training labels: `mse` its square; `mae` its "
        "size; `huber` half the square of small errors and the size of large ones, so that outliers count less.",
    )
    huber_delta: float = Field(
        default=1.0,
        gt=0,
        description="Where `huber` passes from the square to the size, in standard deviations of the training labels.",
    )
