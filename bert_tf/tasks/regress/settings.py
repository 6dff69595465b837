"""The recipe's table `[regress]`."""

from typing import Literal

from pydantic import Field

from bert_tf.recipe.section import Section


class RegressSettings(Section):
    """How numbers are written, how far off one may be, and what that costs."""

    decimal: Literal[".", ","] = Field(
        default=".",
        description='What separates the fraction of a number in text files: a point (`3.8`) or, with `","`, a comma '
        "(`3,8` and `1.200,50`), as Excel writes numbers in much of Europe. Numbers in JSON and Parquet need neither.",
    )

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
