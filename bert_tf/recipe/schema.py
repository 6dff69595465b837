"""What a recipe may say: one model per table of the TOML file, with the range and the meaning of each key.

`recipe_models.py` makes of them one model for each task, with the table of keys that only this task has. The recipe
reference and the JSON Schema are made from those. Values are taken as they are written: a number in
quotes is a text, and `true` is not a number. TOML has no null, so an optional key is simply left out.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bert_tf.recipe.data_keys import Data, Seed
from bert_tf.recipe.export_keys import Export
from bert_tf.recipe.few_shot import NO_SHOTS, FewShot
from bert_tf.recipe.section import Section
from bert_tf.recipe.tuning import Tuning

_BATCH_SIZE = 32
Step = Annotated[int, Field(ge=1)]
Minutes = Annotated[
    str, Field(pattern=r"^[1-9]\d{0,3} minutes?$", json_schema_extra={"allowed": 'minutes, such as "5 minutes"'})
]

# Keys that change nothing of what a run comes to.
WITHOUT_EFFECT = frozenset({"training.checkpoint_every", "training.profile_steps"})


class Text(Section):
    """How text becomes token ids."""

    max_tokens: int = Field(
        default=128,
        ge=2,
        le=4096,
        description="Longest sequence, including special tokens; longer texts are truncated. The encoder may allow "
        "less.",
    )
    long_texts: Literal["cut", "windows"] = Field(
        default="cut",
        description="How texts longer than `max_tokens` are evaluated and served: `cut` truncates them; `windows` "
        "splits them into overlapping windows of that length and averages their answers. Training always "
        "truncates.",
    )
    window_overlap: int = Field(default=32, ge=0, description="Tokens that neighbouring windows share.")
    max_windows: int = Field(default=8, ge=2, le=256, description="Windows per text, at most; the rest is dropped.")

    @model_validator(mode="after")
    def check_windows(self) -> Self:
        """A window holds more than it shares with the one before."""
        if self.long_texts == "windows" and self.window_overlap > self.max_tokens - 3:
            raise ValueError(
                f"windows of {self.max_tokens} tokens, two of them special, can't overlap by {self.window_overlap}; "
                "lower window_overlap"
            )
        return self


class Model(Section):
    """The encoder and the head on top of it."""

    encoder: str = Field(
        default="minilm-l6",
        min_length=1,
        description="A name from the table of encoders, the id of a model on the Hugging Face Hub, or a folder. "
        "`bow:ENCODER` and `bilstm:ENCODER` are baselines with the tokenizer of that encoder.",
    )
    pooling: Literal["auto", "pooler", "first", "mean", "max"] = Field(
        default="auto",
        description="Input of the head: the encoder's pooler, its first token, or the mean or maximum over all tokens. "
        "`auto` uses the vector that the encoder was trained to give, as `bert-tf encoders` lists it or its folder "
        "(of sentence-transformers) says. Of other encoders it uses the pooler if that has weights, else the first "
        "token; for the tasks `embed` and `rank` the mean. Of `bilstm` it is `max`. `bow` has one vector for a text "
        "and takes `auto` only.",
    )
    dropout: float | None = Field(
        default=None, ge=0, lt=1, description="Dropout rate before the head. Default: the encoder's hidden dropout."
    )
    kernels: Literal["auto", "native", "fused", "reference"] = Field(
        default="auto",
        description="Implementation of the encoder's layers and of the optimizer's step: `fused` kernels, beside them "
        "`native` operations in C++, or plain TensorFlow as the `reference`, on the same variables. `auto` is "
        "`native` if the encoder and the machine support it, else `fused` if the encoder does.",
    )


class Training(Section):
    """Optimizer, schedule and early stopping."""

    epochs: int = Field(
        default=3, ge=1, description="Passes over the training rows. A baseline brings its own number along."
    )
    batch_size: int = Field(
        default=_BATCH_SIZE, ge=1, description="Examples per batch. With `batch_tokens` it is not used."
    )
    batch_tokens: int | None = Field(
        default=None,
        ge=2,
        le=1 << 20,
        description="Tokens per batch at most, padding included, in place of `batch_size`: batches of short texts have "
        "more examples, those of long texts fewer. Each example counts alike, as losses are added up and divided by "
        "the mean number of examples of a batch, so that the learning rate is that of a `batch_size` of this mean. At "
        "least `text.max_tokens`; not for the tasks `embed` and `rank`, whose loss compares the texts of the batch. "
        "Default: batches of `batch_size`.",
    )
    micro_batch_size: int | None = Field(
        default=None,
        ge=1,
        description="Examples computed at a time, with gradients accumulated over the batch: less memory, but slower. "
        "The tasks `embed` and `rank`, whose loss compares the texts of the batch, compute each of them twice for it. "
        "Default: the whole batch.",
    )
    gradient_exchange: Literal["float32", "bfloat16"] = Field(
        default="float32",
        description="Type in which several workers send each other gradients. `bfloat16` is half as many bytes, and "
        "rounds each sum of two workers to 8 bits.",
    )
    gradient_checkpointing: bool = Field(
        default=False,
        description="Recompute each layer's activations in the backward pass instead of storing them: less memory for "
        "long texts, but slower. Fused kernels only.",
    )
    learning_rate: float = Field(
        default=5e-5, gt=0, lt=1, description="Peak learning rate of AdamW. A baseline brings its own along."
    )
    weight_decay: float = Field(
        default=0.01, ge=0, lt=1, description="Decoupled weight decay; not applied to LayerNorm and biases."
    )
    schedule: Literal["linear", "cosine", "constant"] = Field(
        default="linear", description="Learning rate after warm-up: linear or cosine decay to 0, or constant."
    )
    warmup: float = Field(
        default=0.1, ge=0, lt=1, description="Share of all steps over which the learning rate rises from 0 to its peak."
    )
    clip_norm: float = Field(
        default=1.0, ge=0, description="Maximum global norm of the gradients; 0 disables clipping."
    )
    monitor: str = Field(
        default="", description="Metric that selects the best epoch and triggers early stopping."
    )  # its values and its default are the task's
    early_stopping: int = Field(
        default=0, ge=0, description="Epochs without improvement after which training stops; 0 disables early stopping."
    )
    seed: Seed = Field(default=1, description="Seed for the head's initial weights, dropout and the order of batches.")
    precision: Literal["auto", "float32", "bfloat16", "float16"] = Field(
        default="auto",
        description="Number format of matrix products. `auto` is bfloat16 where the hardware is faster in it, else "
        "float32. `float16`, with loss scaling, is for GPUs without bfloat16.",
    )
    checkpoint_every: Step | Minutes = Field(
        default="5 minutes",
        description="How often a checkpoint to resume from is saved: a number of steps, or minutes, such as "
        '`"5 minutes"`. A signal saves one, too. Results don\'t depend on it.',
    )
    profile_steps: Annotated[tuple[Step, Step], Field(strict=False)] | None = Field(
        default=None,
        description="First and last step, counted from 1, that TensorFlow's profiler records for TensorBoard, such as "
        "`[10, 20]`. Default: no profile.",
    )

    @model_validator(mode="after")
    def check_profile_steps(self) -> Self:
        """The window's last step is not before its first."""
        if self.profile_steps is not None and self.profile_steps[1] < self.profile_steps[0]:
            raise ValueError(f"profile_steps ends at step {self.profile_steps[1]}, before it starts")
        return self

    @model_validator(mode="after")
    def check_micro_batch_size(self) -> Self:
        """A slice of a batch is no larger than the batch."""
        key = "batch_size" if self.batch_tokens is None else "batch_tokens"
        if self.micro_batch_size is not None and self.micro_batch_size > getattr(self, key):
            raise ValueError(
                f"micro_batch_size is {self.micro_batch_size}, larger than {key} ({getattr(self, key)}); lower it or "
                "remove it"
            )
        return self

    @model_validator(mode="after")
    def check_batch_tokens(self) -> Self:
        """Batches have equally many examples, or equally many tokens."""
        if self.batch_tokens is not None and self.batch_size != _BATCH_SIZE:
            raise ValueError(
                f"batch_size is {self.batch_size} and batch_tokens is {self.batch_tokens}, but batches can have only "
                "one of them alike; remove one"
            )
        return self


class Report(Section):
    """What `report.html` compares the run with."""

    reference: str | None = Field(
        default=None,
        min_length=1,
        description="Folder of a run evaluated on the same rows, `runs/<recipe>/<id>`, relative to the working "
        "directory; the report tests whether this run is better.",
    )


class RecipeHead(Section):
    """The part of a recipe before the table of its task."""

    name: str = Field(
        pattern=r"^\w[\w .-]*$",
        description="Name of the recipe and of its folder of runs. Default: the file's name.",
        json_schema_extra={"allowed": "letters, digits, spaces, dots, - and _"},
    )
    description: str = Field(default="", description="What the recipe trains, in one line.")
    task: str = Field(description="What is learned of each text.")
    data: Data = Field(description="The labelled text: source, splits and columns.")
    text: Text = Field(default_factory=Text, description="How text becomes token ids.")
    model: Model = Field(default_factory=Model, description="The encoder and its head.")
    training: Training = Field(default_factory=Training, description="Optimizer, schedule and early stopping.")


class RecipeTail(Section):
    """The part of a recipe behind the table of its task."""

    export: Export = Field(
        default_factory=Export, description="Number format of the exported model, and what is exported with it."
    )
    report: Report = Field(default_factory=Report, description="What the report compares the run with.")
    tuning: Tuning = Field(default_factory=Tuning, description="Which values `bert-tf tune` searches for, and how.")


class Recipe(RecipeTail, RecipeHead):
    """One training run, from data to export."""

    @classmethod
    def model_for(cls, values: Mapping[str, object]) -> "type[Recipe]":
        """The model of recipes with these tables: another one where the task's own table says what is measured."""
        del values
        return cls

    @property
    def settings(self) -> Section:
        """The task's own table."""
        settings: Section = getattr(self, self.task)
        return settings

    @property
    def shots(self) -> FewShot:
        """The table `[few_shot]`; of a task that has none, one that asks for nothing."""
        shots: FewShot = getattr(self, "few_shot", NO_SHOTS)
        return shots

    @model_validator(mode="after")
    def check_kernels(self) -> Self:
        """Checkpointing is of the fused kernels."""
        if self.training.gradient_checkpointing and self.model.kernels == "reference":
            raise ValueError(
                'training.gradient_checkpointing needs the fused kernels, but model.kernels is "reference"; remove '
                "one of them, or save memory with training.micro_batch_size"
            )
        return self

    @model_validator(mode="after")
    def check_batch_tokens(self) -> Self:
        """The longest text fits into a batch."""
        tokens, longest = self.training.batch_tokens, self.text.max_tokens
        if tokens is not None and tokens < longest:
            raise ValueError(
                f"training.batch_tokens is {tokens}, too few for a text of text.max_tokens ({longest}); set it to "
                f"{longest} or more, or lower text.max_tokens"
            )
        return self

    @model_validator(mode="after")
    def check_precision(self) -> Self:
        """Fewer bits are of bert_tf's own graph for inference."""
        if self.export.is_reduced and self.model.kernels == "reference":
            raise ValueError(
                "export.precision and export.quantize need bert_tf's own graph, but model.kernels is 'reference'; "
                "remove it, or export in float32"
            )
        return self

    @model_validator(mode="after")
    def check_validation(self) -> Self:
        """Early stopping needs rows to validate on, and cross-validation takes their place."""
        if self.training.early_stopping and self.data.validation is None:
            raise ValueError(
                "training.early_stopping needs validation rows: set data.validation, or remove early_stopping"
            )
        if self.shots.folds is not None and self.data.validation is not None:
            raise ValueError("few_shot.folds takes the place of data.validation, and both are set; remove one of them")
        return self

    @model_validator(mode="after")
    def check_long_texts(self) -> Self:
        """Windows are of single texts."""
        if self.text.long_texts == "windows" and self.data.text_pair is not None:
            raise ValueError('text.long_texts = "windows" supports single texts only, but data.text_pair is set')
        return self
