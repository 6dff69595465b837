"""The recipe's table `[tag]`."""

from typing import Literal, Self

from pydantic import Field, model_validator

from bert_tf.recipe.data_keys import Names
from bert_tf.recipe.section import Section


class TagSettings(Section):
    """How words and tags are written, and how a model predicts and learns them."""

    tags: Names | None = Field(
        default=None,
        min_length=2,
        description="Names of the tags by id, such as O, B-PER, I-PER, where the data has ids.",
    )
    word_prefix: str = Field(default="", max_length=16, description="Prefix to remove from each word, such as `en:`.")
    head: Literal["softmax", "crf"] = Field(
        default="softmax",
        description="How tags are predicted: each independently (`softmax`), or those of a text as one sequence, by a "
        "conditional random field (`crf`), where a tag that continues an entity can only follow one of its type.",
    )
    word_vector: Literal["first piece", "mean of pieces"] = Field(
        default="first piece",
        description="Vector of a word that the tokenizer splits into pieces: that of the first, or their mean.",
    )
    offsets: Literal["characters", "bytes"] = Field(
        default="characters",
        description="Unit of the positions of served entities: `characters` of Unicode, or `bytes` of UTF-8, in the "
        "text as it was sent.",
    )
    label_smoothing: float = Field(
        default=0.0,
        ge=0,
        lt=1,
        description='Share of the target probability spread evenly over all tags, with `head = "softmax"`.',
    )

    @model_validator(mode="after")
    def check_smoothing(self) -> Self:
        """A sequence of tags has no target that could be spread."""
        if self.head == "crf" and self.label_smoothing:
            raise ValueError('label_smoothing needs head = "softmax"; remove one of the two')
        return self
