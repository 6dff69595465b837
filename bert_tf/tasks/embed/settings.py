"""The recipe's table `[embed]`."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bert_tf.recipe.section import Section

Size = Annotated[int, Field(ge=1)]


class EmbedSettings(Section):
    """Which texts belong together, and how their vectors are trained."""

    positive: Literal["text", "label in words", "same label"] = Field(
        default="text",
        description="What the column `data.label` holds: the `text` that matches the row's text, such as the answer "
        "to a question; or a label that is made a text: `label in words` writes `card_arrival` as “card arrival”, in "
        "the column `negative`, too; or a label of matching texts: with `same label`, each text is paired with another "
        "one of its label, in each epoch with a different one.",
    )
    negative: str | None = Field(
        default=None,
        min_length=1,
        description="Column of a hard negative, a text that seems to match the row's text but doesn't. Default: only "
        "the texts of the batch's other rows are negatives.",
    )
    temperature: float = Field(
        default=0.05,
        ge=0.001,
        le=10,
        description="Divisor of the cosines in the loss: the lower, the more the nearest negatives count.",
    )
    both_directions: bool = Field(
        default=False,
        description="Whether the matching text also has to find its row's text among those of the batch.",
    )
    dimensions: Annotated[tuple[Size, ...], Field(strict=False)] = Field(
        default=(),
        description="Matryoshka representation: numbers of first dimensions, such as `[128, 64]`, that are also "
        "trained as vectors, so that a vector can be cut to them (and normalized again).",
    )

    mine_every: int = Field(
        default=0,
        ge=0,
        description="Every so many epochs, each training row gets a hard negative: the nearest wrong one of the "
        "matching texts, by the vectors of the current model. 0 mines none.",
    )
    mine_margin: float = Field(
        default=0.05,
        ge=-2,
        le=2,
        description="How far the cosine of a mined text has to be below that of the matching one. Nearer texts may be "
        "matches that the data doesn't mention, and are skipped.",
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
