"""The recipe's table `[rank]`."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from bert_tf.models.feature_inputs import input_name
from bert_tf.recipe.section import Section

Column = Annotated[str, Field(min_length=1)]


class RankSettings(Section):
    """Whose events the rows are, what texts items have, and how much of a history is read."""

    user: Column = Field(default="user", description="Column of the user: a text or a whole number.")
    time: Column = Field(
        default="time",
        description="Column of the time: a number, such as seconds since 1970 or a running number, or a date such as "
        "`2026-11-29` or `2026-11-29T20:15:00+01:00` (without an offset: UTC). Files need not be sorted by it.",
    )
    rating: Column | None = Field(
        default=None, description="Column of a number that says how much the user liked the item. Default: all do."
    )
    liked_from: float | None = Field(
        default=None, description="Lowest `rating` that counts as liked; rows below it are left out."
    )
    items: Column | None = Field(
        default=None,
        description="File of the items, a path or glob, if the rows have the item's id in place of its text. ~ and "
        "$VARIABLES are expanded.",
    )
    item: Column = Field(default="item", description="Column of the item's id, in the rows and in the file `items`.")
    item_texts: Annotated[tuple[Column, ...], Field(min_length=1, strict=False)] = Field(
        default=("text",),
        description='Columns of the file `items` that make an item\'s text, such as `["title", "genres"]`; their '
        "values are joined by `. `.",
    )
    categories: Annotated[tuple[Column, ...], Field(strict=False)] = Field(
        default=(),
        description='Columns of the file `items` with categories, learned in addition to the text: `["genres"]`.',
    )
    separator: Annotated[str, Field(min_length=1)] = Field(
        default="|", description="Separator between the categories in a cell: `Action|Crime`."
    )
    numbers: Annotated[tuple[Column, ...], Field(strict=False)] = Field(
        default=(),
        description='Columns of the file `items` with a number, learned in addition to the text: `["year"]`. An empty '
        "cell means unknown.",
    )
    event_age: bool = Field(
        default=False,
        description="Whether the attention to an item of a history depends on how long ago it was liked, and not only "
        "on how many were liked since.",
    )
    history: int = Field(
        default=20, ge=1, le=1000, description="Largest number of items that are used of a history: the newest."
    )
    temperature: float = Field(
        default=0.05,
        ge=0.001,
        le=10,
        description="Divisor of the cosines in the loss: the lower, the more the nearest negatives count.",
    )
    popularity_correction: bool = Field(
        default=True,
        description="Whether the loss corrects for popular items being negatives more often (Yi et al. 2019). Without "
        "it, popular items are ranked lower.",
    )

    @model_validator(mode="after")
    def check_rating(self) -> Self:
        """A limit is of a column, and the other way round."""
        if (self.rating is None) != (self.liked_from is None):
            raise ValueError("rating and liked_from belong together: give both, or none")
        return self

    @property
    def features(self) -> tuple[Column, ...]:
        """Columns of what is known of an item beside its text, categories first."""
        return (*self.categories, *self.numbers)

    @model_validator(mode="after")
    def check_features(self) -> Self:
        """Features are of the file of items, and inputs of the exported model by their names."""
        if self.features and self.items is None:
            raise ValueError("categories and numbers are columns of the file items, which is not given")
        inputs = [input_name(column) for column in self.features]
        if len(set(inputs)) < len(inputs):
            raise ValueError(
                "two columns of categories and numbers have one name, or differ only in marks that the exported model "
                "can't have in a name"
            )
        if taken := {"age", "text"} & set(inputs):
            raise ValueError(f"{taken.pop()} is the name of another input of the exported model; rename the column")
        return self
