"""BERT's encoder over the variables of a transformers TFBert model, several times as fast as its own layers."""

import functools

import tensorflow as tf
from transformers import PretrainedConfig
from transformers.models.bert.modeling_tf_bert import TFBertLayer, TFBertMainLayer

from bert_tf.models.kernels.attention import attention
from bert_tf.models.kernels.dropout import site_seeds
from bert_tf.models.kernels.embedding import embed
from bert_tf.models.kernels.feed_forward import bias_gelu
from bert_tf.models.kernels.matmul import project
from bert_tf.models.kernels.normalization import add_norm

_SITES_PER_LAYER = 3


def supports(config: PretrainedConfig) -> str | None:
    """Why this encoder can't stand in for the reference layers with such a configuration; None if it can."""
    if config.model_type != "bert":
        return f"The fused kernels implement BERT's layers, but this encoder is {config.model_type!r}."
    if config.hidden_act != "gelu":
        return f"The fused kernels support the activation 'gelu' only, but this encoder uses {config.hidden_act!r}."
    if getattr(config, "position_embedding_type", "absolute") != "absolute":
        return f"The fused kernels support absolute positions only, not {config.position_embedding_type!r}."
    if config.is_decoder or config.add_cross_attention:
        return "The fused kernels are for encoders, but this configuration is a decoder's."
    if config.pruned_heads:
        return "The fused kernels need all attention heads, but some of this encoder's are pruned."
    return None


class FusedBertEncoder:
    """Computes what `bert_main_layer` computes, with its variables, by oneDNN matmuls and XLA kernels.

    It owns no variables: gradients flow to those of the main layer, which stays the one that is loaded and saved.

    Args:
        bert_main_layer: `TFBertModel.bert`, built, with a configuration that `supports` accepts.
        compute_dtype: bfloat16, float16 or float32, of matmul operands and of activations between kernels. Sums,
            norms and variables are float32 in any case.
        gradient_checkpointing: In training, keep what goes into a layer only, and compute the rest once more in the
            backward pass (Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016).
    """

    def __init__(
        self, bert_main_layer: TFBertMainLayer, *, compute_dtype: tf.DType, gradient_checkpointing: bool = False
    ) -> None:
        self._embeddings = bert_main_layer.embeddings
        self._layers = bert_main_layer.encoder.layer
        self._config = bert_main_layer.config
        self._dtype = tf.as_dtype(compute_dtype)
        self._checkpoints = gradient_checkpointing

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
            token_type_ids: [B, L] integers.
            seed: Scalar uint32 or int64 that all dropout masks of this call are a function of; None for no dropout.
            first_token_only: Return [B, 1, H], the state of `[CLS]`, and skip the work of the last layer that no
                other token's state depends on.
        """
        sites = _SITES_PER_LAYER * len(self._layers) + 1
        seeds = [tf.zeros([], tf.uint32)] * sites if seed is None else site_seeds(seed, sites)
        hidden_rate, attention_rate = self._rates(training=seed is not None)
        norm, tables = self._embeddings.LayerNorm, self._embeddings
        states = residual = embed(
            input_ids,
            token_type_ids,
            tables.weight,
            tables.position_embeddings,
            tables.token_type_embeddings,
            norm.gamma,
            norm.beta,
            seed=seeds[0],
            rate=hidden_rate,
            epsilon=norm.epsilon,
            dtype=self._dtype,
        )
        for index, layer in enumerate(self._layers):
            run = functools.partial(
                self._layer,
                layer,
                attention_mask,
                seeds=seeds[_SITES_PER_LAYER * index + 1 :],
                hidden_rate=hidden_rate,
                attention_rate=attention_rate,
                first_only=first_token_only and index == len(self._layers) - 1,
            )
            # Dropout is a function of its seed, so that the second time gives the very numbers of the first.
            run = tf.recompute_grad(run) if self._checkpoints and seed is not None else run
            states, residual = run(states, residual)
        return tf.cast(states, tf.float32)

    def _rates(self, *, training: bool) -> tuple[float, float]:
        if not training:
            return 0.0, 0.0
        return self._config.hidden_dropout_prob, self._config.attention_probs_dropout_prob

    def _layer(
        self,
        layer: TFBertLayer,
        attention_mask: tf.Tensor,
        states: tf.Tensor,
        residual: tf.Tensor,
        *,
        seeds: list[tf.Tensor],
        hidden_rate: float,
        attention_rate: float,
        first_only: bool,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        own, after = layer.attention.self_attention, layer.attention.dense_output
        projections = [own.query, own.key, own.value]
        context = attention(
            project(states, tf.concat([self._cast(dense.kernel) for dense in projections], axis=1)),
            tf.concat([dense.bias for dense in projections], axis=0),
            attention_mask,
            seed=seeds[0],
            rate=attention_rate,
            heads=self._config.num_attention_heads,
            first_only=first_only,
        )
        residual = residual[:, :1] if first_only else residual
        states, residual = self._add_norm(after, context, residual, seed=seeds[1], rate=hidden_rate)
        inner = layer.intermediate.dense
        activated = bias_gelu(project(states, self._cast(inner.kernel)), tf.convert_to_tensor(inner.bias))
        return self._add_norm(layer.bert_output, activated, residual, seed=seeds[2], rate=hidden_rate)

    def _add_norm(
        self, output: tf.Module, values: tf.Tensor, residual: tf.Tensor, *, seed: tf.Tensor, rate: float
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """The block's output projection, dropout, residual and norm: TFBertSelfOutput and TFBertOutput alike."""
        norm = output.LayerNorm
        return add_norm(
            project(values, self._cast(output.dense.kernel)),
            tf.convert_to_tensor(output.dense.bias),
            residual,
            tf.convert_to_tensor(norm.gamma),
            tf.convert_to_tensor(norm.beta),
            seed=seed,
            rate=rate,
            epsilon=norm.epsilon,
        )

    def _cast(self, weights: tf.Variable) -> tf.Tensor:
        return tf.cast(weights, self._dtype)
