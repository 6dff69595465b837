"""The recipe's table `[regress]`."""

from typing import Literal

from pydantic import Field

from bert_tf.recipe.section import Section


class RegressSettings(Section):
    """How far off a number may be, and what that costs."""

    loss: Literal["mse", "huber", "mae"] = Field(
        default="mse",
        description="Loss of the error in standard deviations of the training labels: `mse`, the squared error; "
        "`mae`, the absolute error; `huber`, quadratic for small and linear for large errors, so that outliers count "
        "less.",
    )
    huber_delta: float = Field(
        default=1.0,
        gt=0,
        description="Error above which `huber` is linear, in standard deviations of the training labels.",
    )
