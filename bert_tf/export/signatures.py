"""What an exported model answers to: raw text, or token ids."""

from collections.abc import Callable, Sequence
from typing import Protocol

import tensorflow as tf

Outputs = dict[str, tf.Tensor]


class GraphTokenizer(Protocol):
    """A tokenizer in the graph; `bert_tf.text.tokenizer.WordpieceTokenizer`."""

    def encode(self, texts: tf.Tensor, pairs: tf.Tensor | None = None, *, max_tokens: int) -> dict[str, tf.Tensor]: ...


class ServingModule(tf.Module):
    """A model and the tokenizer that made its training ids, as functions with named inputs and outputs.

    Args:
        logits: From inputs to logits, on plain TensorFlow kernels: a server need not compile anything.
        variables: What `logits` reads.
        decode: From logits to named outputs; float32 and string only.
        tokenizer: In the graph, or None for a model that is served token ids.
        max_tokens: Longest row; longer texts are truncated.
        pairs: Whether an example is two texts.
    """

    def __init__(
        self,
        *,
        logits: Callable[[dict[str, tf.Tensor]], tf.Tensor],
        variables: Sequence[tf.Variable],
        decode: Callable[[tf.Tensor], Outputs],
        tokenizer: GraphTokenizer | None,
        max_tokens: int,
        pairs: bool,
    ) -> None:
        super().__init__(name="serving")
        # The variables and not a Keras model: saving a model traces calls that nobody serves.
        self.weights = list(variables)
        self.tokenizer = tokenizer

        def from_ids(input_ids: tf.Tensor, attention_mask: tf.Tensor, token_type_ids: tf.Tensor) -> Outputs:
            inputs = {"input_ids": input_ids, "attention_mask": attention_mask, "token_type_ids": token_type_ids}
            return decode(logits(inputs))

        names = ("input_ids", "attention_mask", "token_type_ids")
        ids = {name: tf.TensorSpec([None, None], tf.int32, name=name) for name in names}
        self.from_ids = tf.function(from_ids, input_signature=list(ids.values()))
        if tokenizer is None:
            return

        # By `self.from_ids`, so that both signatures call one function and its constants are saved once.
        def from_text(text: tf.Tensor) -> Outputs:
            return self.from_ids(**tokenizer.encode(text, max_tokens=max_tokens))

        def from_pair(text: tf.Tensor, text_pair: tf.Tensor) -> Outputs:
            return self.from_ids(**tokenizer.encode(text, text_pair, max_tokens=max_tokens))

        strings = [tf.TensorSpec([None], tf.string, name=name) for name in ("text", "text_pair")]
        self.from_text = (
            tf.function(from_pair, input_signature=strings)
            if pairs
            else tf.function(from_text, input_signature=strings[:1])
        )

    def signatures(self) -> dict[str, tf.types.experimental.ConcreteFunction]:
        """Functions by signature name: `from_ids`, and `serving_default` from text where there is a tokenizer."""
        from_ids = self.from_ids.get_concrete_function()
        if self.tokenizer is None:
            return {"serving_default": from_ids, "from_ids": from_ids}
        return {"serving_default": self.from_text.get_concrete_function(), "from_ids": from_ids}


def describe(signatures: dict[str, tf.types.experimental.ConcreteFunction]) -> dict[str, dict[str, dict[str, str]]]:
    """For the manifest: `{signature: {"inputs": {name: "string[None]"}, "outputs": {…}}}`."""

    def shown(specs: dict[str, tf.TensorSpec]) -> dict[str, str]:
        return {name: f"{spec.dtype.name}{list(spec.shape)}" for name, spec in sorted(specs.items())}

    return {
        name: {
            "inputs": shown({spec.name: spec for spec in function.structured_input_signature[0]}),
            "outputs": shown(function.structured_outputs),
        }
        for name, function in signatures.items()
    }
