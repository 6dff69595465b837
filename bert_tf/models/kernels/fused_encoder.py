"""An encoder's graph over its own variables, several times as fast as its plain layers."""

import functools
from collections.abc import Callable
from typing import Any

import tensorflow as tf
import tf_keras as keras

from bert_tf.models.encoders.encoder_config import EncoderConfig
from bert_tf.models.encoders.transformer_encoder import TransformerEncoder
from bert_tf.models.encoders.transformer_layer import TransformerLayer
from bert_tf.models.kernels.attention import attention
from bert_tf.models.kernels.dropout import site_seeds
from bert_tf.models.kernels.embedding import embed
from bert_tf.models.kernels.feed_forward import bias_gelu
from bert_tf.models.kernels.graph_gradients import recompute_grad
from bert_tf.models.kernels.matmul import project
from bert_tf.models.kernels.native_embedding import native_embed
from bert_tf.models.kernels.native_layer import LayerDropout, native_layer, to_examples, to_rows
from bert_tf.models.kernels.normalization import add_norm
from bert_tf.models.kernels.packed_layers import PackedLayers

_SITES_PER_LAYER = 3


def supports(config: EncoderConfig) -> str | None:
    """Why the fused kernels and the frozen graph can't stand in for the reference graph; None if they can."""
    if not config.is_pretrained:
        return f"The fused kernels are for transformers only, which the encoder {config.family!r} is not."
    if config.activation != "gelu":
        return f"The fused kernels support the activation 'gelu' only, but this encoder uses {config.activation!r}."
    return None


class FusedEncoder:
    """Computes what an encoder's reference graph computes, with its variables, by oneDNN matmuls and XLA kernels.

    It owns no variables: gradients flow to those of the encoder, which stays the one that is loaded and saved.

    Args:
        encoder: With a configuration that `supports` accepts.
        compute_dtype: bfloat16, float16 or float32, of matmul operands and of activations between kernels. Sums,
            norms and variables are float32 in any case.
        gradient_checkpointing: In training, keep what goes into a layer only, and compute the rest once more in the
            backward pass (Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016).
        operations: Of the native library, which then computes the layers, in bfloat16; the configuration is one that
            `supports_native` accepts. None for oneDNN and XLA.

    Attributes:
        packed: What native layers read; None without them. An optimizer may pack the values that it writes.
    """

    def __init__(
        self,
        encoder: TransformerEncoder,
        *,
        compute_dtype: tf.DType,
        gradient_checkpointing: bool = False,
        operations: Any | None = None,
    ) -> None:
        self._encoder, self._config = encoder, encoder.config
        self._dtype = tf.as_dtype(compute_dtype)
        self._checkpoints = gradient_checkpointing
        self._operations = operations
        layers = encoder.transformer_layers
        self.packed = None if operations is None else PackedLayers(operations, layers)

    # Plain Python; to convert it with all it calls would take a third of the seconds before the first step.
    @tf.autograph.experimental.do_not_convert
    def __call__(
        self,
        input_ids: tf.Tensor,
        attention_mask: tf.Tensor,
        token_type_ids: tf.Tensor,
        *,
        seed: tf.Tensor | None,
        first_token_only: bool = False,
    ) -> tf.Tensor:
        """Last hidden states, float32 [B, L, H].

        Args:
            input_ids: [B, L] integers. B and L may be unknown when traced; each new pair compiles at run time.
            attention_mask: [B, L], 1 for tokens and 0 for padding.
            token_type_ids: [B, L] integers; encoders without segments don't read them.
            seed: Scalar uint32 or int64 that all dropout masks of this call are a function of; None for no dropout.
            first_token_only: Return [B, 1, H], the state of `[CLS]`, and skip the work of the last layer that no
                other token's state depends on.
        """
        layers, relative = self._encoder.transformer_layers, self._encoder.relative_positions
        sites = _SITES_PER_LAYER * len(layers) + 1
        seeds = [tf.zeros([], tf.uint32)] * sites if seed is None else site_seeds(seed, sites)
        hidden_rate, attention_rate = self._rates(training=seed is not None)
        states = self._embedded(input_ids, token_type_ids, seed=seeds[0], rate=hidden_rate)
        if self._operations is not None:
            attention_mask = tf.cast(attention_mask, tf.int32)
        residual, compute = states, self._layer if self._operations is None else self._native_layer
        # An argument of each layer: a gradient that is recomputed reaches arguments only.
        position_bias = () if relative is None else (relative(tf.shape(input_ids)[1]),)
        for index, layer in enumerate(layers):
            run = functools.partial(
                compute,
                layer,
                attention_mask,
                seeds=seeds[_SITES_PER_LAYER * index + 1 :],
                hidden_rate=hidden_rate,
                attention_rate=attention_rate,
                first_only=first_token_only and index == len(layers) - 1,
            )
            # Dropout is a function of its seed, so that the second time gives the very numbers of the first.
            run = recompute_grad(run) if self._checkpoints and seed is not None else run
            states, residual = run(states, residual, *position_bias)
        if self._operations is not None:
            batch, length = tf.unstack(tf.shape(input_ids))
            states = to_examples(states, batch, 1 if first_token_only else length)
        return tf.cast(states, tf.float32)

    def _rates(self, *, training: bool) -> tuple[float, float]:
        return (self._config.hidden_dropout, self._config.attention_dropout) if training else (0.0, 0.0)

    def _embedded(self, input_ids: tf.Tensor, token_type_ids: tf.Tensor, *, seed: tf.Tensor, rate: float) -> tf.Tensor:
        """What goes into the first layer, [B, L, H]; for native layers rows, as of `to_rows`."""
        tables, projection, start = self._encoder.embeddings, self._encoder.projection, self._config.first_position
        batch, length = tf.unstack(tf.shape(input_ids))
        positions = tables.positions[start : start + length]
        if tables.segments is not None and not self._config.takes_segments:
            positions += tables.segments[0]
        compute: Callable[..., tf.Tensor] = functools.partial(embed, dtype=self._dtype)
        if self._operations is not None:
            compute = functools.partial(native_embed, self._operations)
        states = compute(
            input_ids,
            token_type_ids if self._config.takes_segments else None,
            tables.words,
            positions,
            tables.segments,
            tables.norm.gamma,
            tables.norm.beta,
            seed=seed,
            rate=rate,
            epsilon=tables.norm.epsilon,
        )
        if projection is None:
            return states
        if self._operations is None:
            return self._projected(states, projection)
        # Rows behind the tokens are zeros, which the bias is not added to.
        return to_rows(self._projected(to_examples(states, batch, length), projection))

    def _projected(self, states: tf.Tensor, projection: keras.layers.Dense) -> tf.Tensor:
        return project(states, self._cast(projection.kernel)) + self._cast(projection.bias)

    def _layer(
        self,
        layer: TransformerLayer,
        attention_mask: tf.Tensor,
        states: tf.Tensor,
        residual: tf.Tensor,
        *position_bias: tf.Tensor,
        seeds: list[tf.Tensor],
        hidden_rate: float,
        attention_rate: float,
        first_only: bool,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        projections = [layer.query, layer.key, layer.value]
        context = attention(
            project(states, tf.concat([self._cast(dense.kernel) for dense in projections], axis=1)),
            tf.concat([dense.bias for dense in projections], axis=0),
            attention_mask,
            seed=seeds[0],
            rate=attention_rate,
            heads=self._config.heads,
            first_only=first_only,
            position_bias=position_bias[0] if position_bias else None,
        )
        residual = residual[:, :1] if first_only else residual
        attended_rate = min(hidden_rate, self._config.attended_dropout)
        states, residual = self._add_norm(
            layer.attention_output, layer.attention_norm, context, residual, seed=seeds[1], rate=attended_rate
        )
        activated = bias_gelu(project(states, self._cast(layer.inner.kernel)), tf.convert_to_tensor(layer.inner.bias))
        return self._add_norm(layer.outer, layer.outer_norm, activated, residual, seed=seeds[2], rate=hidden_rate)

    def _native_layer(
        self,
        layer: TransformerLayer,
        attention_mask: tf.Tensor,
        states: tf.Tensor,
        residual: tf.Tensor,
        *,
        seeds: list[tf.Tensor],
        hidden_rate: float,
        attention_rate: float,
        first_only: bool,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """As `_layer`, of rows: the states are the residual too."""
        del residual
        attended_rate = min(hidden_rate, self._config.attended_dropout)
        states = native_layer(
            self._operations,
            layer,
            states,
            attention_mask,
            dropout=LayerDropout(tuple(seeds[:_SITES_PER_LAYER]), (attention_rate, attended_rate, hidden_rate)),
            heads=self._config.heads,
            first_only=first_only,
            packed=self.packed,
        )
        return states, states

    def _add_norm(
        self,
        output: keras.layers.Dense,
        norm: keras.layers.LayerNormalization,
        values: tf.Tensor,
        residual: tf.Tensor,
        *,
        seed: tf.Tensor,
        rate: float,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """The block's output projection, dropout, residual and norm."""
        return add_norm(
            project(values, self._cast(output.kernel)),
            tf.convert_to_tensor(output.bias),
            residual,
            tf.convert_to_tensor(norm.gamma),
            tf.convert_to_tensor(norm.beta),
            seed=seed,
            rate=rate,
            epsilon=norm.epsilon,
        )

    def _cast(self, weights: tf.Variable) -> tf.Tensor:
        return tf.cast(weights, self._dtype)
