"""The recipe's table `[tag]`."""

from pydantic import Field

from bert_tf.recipe.data_keys import Names
from bert_tf.recipe.section import Section


class TagSettings(Section):
    """How words and tags are written, and how sure of tags a model shall learn to be."""

    tags: Names | None = Field(
        default=None,
        min_length=2,
        description="Names of the tags by id, such as O, B-PER, I-PER, where the data has ids.",
    )
    word_prefix: str = Field(
        default="", max_length=16, description="What is taken off the beginning of each word, such as `en:`."
    )
    label_smoothing: float = Field(
        default=0.0, ge=0, lt=1, description="Share of the target probability spread evenly over all tags."
    )
