"""What a recipe may say: one model per table of the TOML file, with the range and the meaning of each key.

The recipe reference and the JSON Schema are made from these models. Values are taken as they are written: a number in
quotes is a text, and `true` is not a number. TOML has no null, so an optional key is simply left out.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bert_tf.recipe.data_keys import Data, Seed
from bert_tf.recipe.export_keys import Export
from bert_tf.recipe.section import Section
from bert_tf.recipe.tuning import Tuning

Weight = Annotated[float, Field(ge=0)]
Step = Annotated[int, Field(ge=1)]


class Text(Section):
    """How text becomes ids."""

    max_tokens: int = Field(
        default=128,
        ge=2,
        le=4096,
        description="Longest sequence, special tokens included; longer texts are cut. The encoder may allow less.",
    )
    long_texts: Literal["cut", "windows"] = Field(
        default="cut",
        description="What is measured and served of texts longer than `max_tokens`: `cut` is their beginning, "
        "`windows` are overlapping pieces of that length, with the mean of their probabilities. Training sees the "
        "beginning.",
    )
    window_overlap: int = Field(default=32, ge=0, description="Tokens that neighbouring windows share.")
    max_windows: int = Field(default=8, ge=2, le=256, description="Windows of one text; what comes behind them is cut.")

    @model_validator(mode="after")
    def check_windows(self) -> Self:
        """A window holds more than it shares with the one before."""
        if self.long_texts == "windows" and self.window_overlap > self.max_tokens - 3:
            raise ValueError(
                f"windows of {self.max_tokens} tokens, two of them special, can't share {self.window_overlap}; lower "
                "window_overlap"
            )
        return self


class Model(Section):
    """The encoder and the head on top of it."""

    encoder: str = Field(
        default="minilm-l6",
        min_length=1,
        description="A name from the table of encoders, the id of a model on the Hugging Face hub, or a folder.",
    )
    pooling: Literal["auto", "pooler", "first", "mean"] = Field(
        default="auto",
        description="What the head sees: the encoder's own pooler, the first token, or the mean over all tokens; "
        "`auto` takes the pooler where the encoder has a trained one.",
    )
    dropout: float | None = Field(
        default=None, ge=0, lt=1, description="Dropout before the head. Without it: the encoder's hidden dropout."
    )
    kernels: Literal["auto", "fused", "reference"] = Field(
        default="auto",
        description="`fused` are bert_tf's own kernels for BERT's layers, `reference` those of transformers; both work "
        "on the same variables. `auto` is fused where the encoder has them.",
    )


class Training(Section):
    """Optimizer, schedule, and when to stop."""

    epochs: int = Field(default=3, ge=1, description="Times that each training row is seen.")
    batch_size: int = Field(default=32, ge=1, description="Examples in a batch.")
    micro_batch_size: int | None = Field(
        default=None,
        ge=1,
        description="Examples of a batch that are computed at a time: less memory, the same gradients, and more time. "
        "Without it: the whole batch.",
    )
    gradient_checkpointing: bool = Field(
        default=False,
        description="Compute each layer once more in the backward pass instead of keeping its activations: less "
        "memory for long texts, and more time. For the fused kernels only.",
    )
    learning_rate: float = Field(default=5e-5, gt=0, lt=1, description="Peak learning rate of AdamW.")
    weight_decay: float = Field(
        default=0.01, ge=0, lt=1, description="Decoupled weight decay; LayerNorm and biases are spared."
    )
    schedule: Literal["linear", "cosine", "constant"] = Field(
        default="linear", description="Learning rate after the warm-up: down to 0 linearly or by cosine, or constant."
    )
    warmup: float = Field(
        default=0.1, ge=0, lt=1, description="Share of all steps in which the learning rate climbs from 0 to its peak."
    )
    clip_norm: float = Field(
        default=1.0, ge=0, description="Largest norm of the gradient of all weights together; 0 is no limit."
    )
    label_smoothing: float = Field(
        default=0.0, ge=0, lt=1, description="Share of the target's probability that is spread over all labels."
    )
    class_weights: Literal["none", "balanced"] | dict[str, Weight] = Field(
        default="none",
        description="`balanced` weighs labels by their inverse frequency; a table gives a weight for each label.",
    )
    monitor: Literal["validation.loss", "validation.accuracy", "validation.macro_f1"] = Field(
        default="validation.loss", description="The metric that chooses the best epoch and stops early."
    )
    early_stopping: int = Field(
        default=0, ge=0, description="Epochs without improvement after which training stops; 0 never stops early."
    )
    seed: Seed = Field(default=1, description="Seed of the head's weights, of dropout and of the order of batches.")
    precision: Literal["auto", "float32", "bfloat16", "float16"] = Field(
        default="auto",
        description="Number format of the matrix products; `auto` is bfloat16 where the hardware has matrix "
        "units for it, else float32. `float16`, with a loss that is scaled, is for GPUs that have no bfloat16.",
    )
    profile_steps: Annotated[tuple[Step, Step], Field(strict=False)] | None = Field(
        default=None,
        description="First and last step, counted from 1, of a window that TensorFlow's profiler records for "
        "TensorBoard, such as `[10, 20]`. Without it: none.",
    )

    @model_validator(mode="after")
    def check_profile_steps(self) -> Self:
        """The window's last step is not before its first."""
        if self.profile_steps is not None and self.profile_steps[1] < self.profile_steps[0]:
            raise ValueError(f"profile_steps ends at step {self.profile_steps[1]}, before it begins")
        return self

    @model_validator(mode="after")
    def check_micro_batch_size(self) -> Self:
        """A slice of a batch is no larger than the batch."""
        if self.micro_batch_size is not None and self.micro_batch_size > self.batch_size:
            raise ValueError(
                f"micro_batch_size is {self.micro_batch_size}, and a batch has {self.batch_size} examples only; leave "
                "micro_batch_size out, or lower it"
            )
        return self


class Report(Section):
    """What `report.html` holds the run against."""

    reference: str | None = Field(
        default=None,
        min_length=1,
        description="Folder of a run that was measured by the same rows, `runs/<recipe>/<id>`; the report tests "
        "whether this run is better. Relative to the folder where the command runs.",
    )


class Recipe(Section):
    """One training run, from data to export."""

    name: str = Field(
        pattern=r"^\w[\w .-]*$",
        description="Name of the recipe and of the folder of its runs; the file's name unless it is given.",
        json_schema_extra={"allowed": "letters, digits, spaces, dots, - and _"},
    )
    description: str = Field(default="", description="One line on what it trains.")
    task: Literal["classify"] = Field(description="`classify`: each text gets one label out of two or more.")
    data: Data = Field(description="Where the labelled text comes from.")
    text: Text = Field(default_factory=Text, description="How text becomes ids.")
    model: Model = Field(default_factory=Model, description="The encoder and its head.")
    training: Training = Field(default_factory=Training, description="Optimizer, schedule, and when to stop.")
    export: Export = Field(default_factory=Export, description="The exported model, and what goes beside it.")
    report: Report = Field(default_factory=Report, description="What the report holds the run against.")
    tuning: Tuning = Field(default_factory=Tuning, description="Which values `bert-tf tune` searches for, and how.")

    @model_validator(mode="after")
    def check_kernels(self) -> Self:
        """Checkpointing is of the fused kernels."""
        if self.training.gradient_checkpointing and self.model.kernels == "reference":
            raise ValueError(
                'training.gradient_checkpointing needs the fused kernels, and model.kernels is "reference"; leave '
                "one of them out, or save memory by training.micro_batch_size"
            )
        return self

    @model_validator(mode="after")
    def check_precision(self) -> Self:
        """Fewer bits are of bert_tf's own graph for inference."""
        if self.export.is_reduced and self.model.kernels == "reference":
            raise ValueError(
                "export.precision and quantize are of bert_tf's own graph, and model.kernels is 'reference'; leave "
                "it out, or export in float32"
            )
        return self

    @model_validator(mode="after")
    def check_validation(self) -> Self:
        """Early stopping needs rows to validate on."""
        if self.training.early_stopping and self.data.validation is None:
            raise ValueError("training.early_stopping needs validation rows: set data.validation, or leave it out")
        return self

    @model_validator(mode="after")
    def check_long_texts(self) -> Self:
        """Windows are of single texts."""
        if self.text.long_texts == "windows" and self.data.text_pair is not None:
            raise ValueError('text.long_texts = "windows" is for single texts, and data.text_pair names a second')
        return self
