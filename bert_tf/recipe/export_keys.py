"""The recipe's table `[export]`."""

from typing import Literal

from pydantic import Field

from bert_tf.recipe.section import Section


class Export(Section):
    """Number format of the exported model, and what is exported with it."""

    precision: Literal["float32", "bfloat16"] = Field(
        default="float32",
        description="Number format of the exported encoder. `bfloat16` halves its size, and is faster where the "
        "server's CPU has matrix units for it. Export compares it with float32.",
    )
    quantize: Literal["none", "int8-weights"] = Field(
        default="none",
        description="`int8-weights` stores the exported encoder's weights in eight bits, a quarter of the size; they "
        "are multiplied in `precision`. Export compares it with float32.",
    )
    golden_requests: int = Field(
        default=32,
        ge=1,
        le=1000,
        description="Requests stored with the model, with their expected answers, to verify it later.",
    )
    max_batch_size: int = Field(
        default=32,
        ge=1,
        le=256,
        description="Largest batch of the server; `serving/batching.config` and the warm-up requests are made for it.",
    )
    hub: bool = Field(
        default=True,
        description="Whether to write `hub/encoder` and `hub/preprocessor`, trainable TF Hub modules.",
    )

    @property
    def is_reduced(self) -> bool:
        """Whether the model is exported in fewer bits than float32."""
        return self.precision != "float32" or self.quantize != "none"


def export_overrides(*, precision: str | None, quantize: str | None) -> dict[str, object]:
    """Overrides of a recipe by dotted key, for those that are not None."""
    values = {"export.precision": precision, "export.quantize": quantize}
    return {key: value for key, value in values.items() if value is not None}
