"""The recipe's table `[export]`."""

from typing import Literal

from pydantic import Field

from bert_tf.recipe.section import Section


class Export(Section):
    """In which numbers the exported model is, and what goes beside it."""

    precision: Literal["float32", "bfloat16"] = Field(
        default="float32",
        description="Number format of the exported encoder. `bfloat16` takes half the room, and is faster where the "
        "server's CPU has matrix units for it. Export measures it beside float32.",
    )
    quantize: Literal["none", "int8-weights"] = Field(
        default="none",
        description="`int8-weights` keeps the exported encoder's weights in eight bits, in a quarter of the room; they "
        "are multiplied in `precision`. Export measures it beside float32.",
    )
    golden_requests: int = Field(
        default=32, ge=1, le=1000, description="Texts whose answers are stored with the model to check it later."
    )
    max_batch_size: int = Field(
        default=32,
        ge=1,
        le=256,
        description="Most requests that a server answers together: `serving/batching.config` and the warm-up requests "
        "are made for it.",
    )
    hub: bool = Field(
        default=True,
        description="Whether `hub/encoder` and `hub/preprocessor` are written, TF-Hub modules to train further.",
    )

    @property
    def is_reduced(self) -> bool:
        """Whether the model is exported in fewer bits than float32."""
        return self.precision != "float32" or self.quantize != "none"


def export_overrides(*, precision: str | None, quantize: str | None) -> dict[str, object]:
    """Overrides of a recipe by dotted key, for those that are not None."""
    values = {"export.precision": precision, "export.quantize": quantize}
    return {key: value for key, value in values.items() if value is not None}
