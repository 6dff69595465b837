"""The recipe's table `[few_shot]`."""

from pydantic import Field

from bert_tf.recipe.section import Section


class FewShot(Section):
    """Few labelled texts: how many are drawn, and how the encoder learns which of them belong together."""

    per_label: int | None = Field(
        default=None,
        ge=2,
        description="Texts of each label that are drawn from the training rows, by `data.seed`; the others are not "
        "used. A label with fewer is an error. Default: all training rows.",
    )
    steps: int = Field(
        default=40,
        ge=0,
        le=10_000,
        description="Steps, at most, in which the encoder is trained, before the ordinary training, so that texts of "
        "one label come near each other; they end early once these lie together. A step compares each text of a batch "
        "with every other, so no more than `steps` × `batch_size` texts are computed, however many pairs there are. 0 "
        "leaves this out, as a recipe without the table does.",
    )
    batch_size: int = Field(default=32, ge=2, le=4096, description="Texts of a step, from as many labels as may be.")
    learning_rate: float = Field(default=5e-5, gt=0, lt=1, description="Peak learning rate of these steps.")
    temperature: float = Field(
        default=0.1,
        ge=0.001,
        le=10,
        description="What cosines are divided by in the loss of these steps: the lower, the more the nearest texts "
        "count.",
    )
    folds: int | None = Field(
        default=None,
        ge=2,
        le=100,
        description="Cross-validation, for recipes without validation rows: the training rows are divided into so many "
        "folds with the same share of each label, and for each fold a model is trained on the rows of the others and "
        "answers those of the fold. So all rows together give a score that no row has influenced, at the cost of so "
        "many trainings more. Default: none.",
    )


NO_SHOTS = FewShot(steps=0)
