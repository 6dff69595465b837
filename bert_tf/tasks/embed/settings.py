"""The recipe's table `[embed]`."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bert_tf.recipe.section import Section

Size = Annotated[int, Field(ge=1)]


class EmbedSettings(Section):
    """Which texts belong together, and how their vectors are trained."""

    positive: Literal["text", "label in words", "same label"] = Field(
        default="text",
        description="What the column `data.label` holds: the `text` that belongs to the row's text, such as the answer "
        "to a question; or a label, which makes a text: `label in words` writes `card_arrival` as “card arrival”; or a "
        "label that texts have in common: with `same label`, each text gets another one of its label, drawn anew for "
        "every epoch.",
    )
    negative: str | None = Field(
        default=None,
        min_length=1,
        description="Column of a text that does not belong to the row's text although it seems to, a hard negative. "
        "Default: only the texts of the batch's other rows are negatives.",
    )
    temperature: float = Field(
        default=0.05,
        ge=0.001,
        le=10,
        description="What cosines are divided by in the loss: the lower, the more the nearest negatives count.",
    )
    both_directions: bool = Field(
        default=False,
        description="Whether the right text also has to find its row's text among those of the batch.",
    )
    dimensions: Annotated[tuple[Size, ...], Field(strict=False)] = Field(
        default=(),
        description="Matryoshka representation: numbers of first dimensions, such as `[128, 64]`, that are trained to "
        "do as vectors of their own, so that a vector may be cut to them (and normalised again).",
    )

    mine_every: int = Field(
        default=0,
        ge=0,
        description="After each so many epochs every training row gets a hard negative by the model as it is then: the "
        "nearest of the training rows' texts that is wrong for it. 0 mines none.",
    )
    mine_margin: float = Field(
        default=0.05,
        ge=-2,
        le=2,
        description="How far the cosine of a mined text has to be below that of the right one. Nearer texts are taken "
        "for right ones that the data doesn't tell of, and passed over.",
    )

    @model_validator(mode="after")
    def check_negative(self) -> Self:
        """A label names no wrong text."""
        if self.positive == "same label" and self.negative is not None:
            raise ValueError('negative is a column of texts, and positive = "same label" has none: use mine_every')
        return self

    @model_validator(mode="after")
    def check_dimensions(self) -> Self:
        """The largest comes first, and none twice."""
        if list(self.dimensions) != sorted(set(self.dimensions), reverse=True):
            raise ValueError(f"dimensions are {list(self.dimensions)}; write each once, the largest first")
        return self
