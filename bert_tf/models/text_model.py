"""An encoder, a pooling and a task's head as one `keras.Model`; works with plain `compile` and `fit`."""

import tensorflow as tf
import tf_keras as keras

from bert_tf.models.encoder import takes_segments
from bert_tf.models.kernels.encoder import FusedBertEncoder
from bert_tf.models.pooling import Pooling, make_pooling

Inputs = dict[str, tf.Tensor]


class TextModel(keras.Model):
    """Token ids to logits.

    The fused kernels and transformers' own graph compute the same function over the same variables. Which of them runs
    is a matter of speed only, so one checkpoint serves both, and an export uses the plain graph.

    Args:
        encoder: A transformers TensorFlow model, such as `TFBertModel`.
        head: Layer from the pooled text, float32 [B, H], to logits.
        pooling: Of `make_pooling`.
        compute_dtype: None runs transformers' graph. float32 or bfloat16 runs the fused kernels with matmuls in that
            type; see `kernels.encoder.supports` for which encoders have them.
        seed: Of the fused kernels' dropout, any int ≥ 0.
    """

    def __init__(
        self,
        *,
        encoder: keras.Model,
        head: keras.layers.Layer,
        pooling: str = "first",
        compute_dtype: tf.DType | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__(name="text_model")
        self.encoder = encoder
        self.head = head
        self._pooling: Pooling = make_pooling(pooling, encoder)
        self._takes_segments = takes_segments(encoder.config)
        self._pools_first_token = pooling != "mean"
        self._fused = None if compute_dtype is None else FusedBertEncoder(encoder.bert, compute_dtype=compute_dtype)
        self._seed = seed
        # Counts training calls. With it in the checkpoint, the dropout of step k is the same after a restart.
        self._dropout_step = self.add_weight(
            name="dropout_step", shape=(), dtype=tf.int64, initializer="zeros", trainable=False
        )
        one = tf.ones((1, 8), tf.int32)
        self({"input_ids": one, "attention_mask": one, "token_type_ids": 0 * one})

    def call(self, inputs: Inputs, training: bool = False) -> tf.Tensor:
        """Logits, float32 [B, …], of `input_ids`, `attention_mask` and `token_type_ids`, int32 [B, L]."""
        hidden = self._hidden(inputs, training=training)
        pooled = self._pooling(hidden, inputs["attention_mask"])
        return self.head(pooled, training=training)

    def _hidden(self, inputs: Inputs, *, training: bool) -> tf.Tensor:
        """Last hidden states, float32 [B, L, H]; [B, 1, H] where the pooling sees the first token only."""
        if self._fused is not None:
            return self._fused(
                inputs["input_ids"],
                inputs["attention_mask"],
                inputs["token_type_ids"],
                seed=self._next_dropout_seed() if training else None,
                first_token_only=self._pools_first_token,
            )
        taken = ["input_ids", "attention_mask"] + ["token_type_ids"] * self._takes_segments
        return self.encoder({name: inputs[name] for name in taken}, training=training).last_hidden_state

    def train_step(self, data: tuple) -> dict[str, tf.Tensor]:
        """As Keras', and reports `step_loss` and `gradient_norm` (before clipping) of this very step."""
        inputs, labels, weights = keras.utils.unpack_x_y_sample_weight(data)
        with tf.GradientTape() as tape:
            logits = self(inputs, training=True)
            loss = self.compute_loss(inputs, labels, logits, weights)
        found = tape.gradient(loss, self.trainable_variables)
        trained = [pair for pair in zip(found, self.trainable_variables, strict=True) if pair[0] is not None]
        # Made dense first: the norm of an embedding's rows before those of one word are added up is another norm.
        gradients = [tf.convert_to_tensor(gradient) for gradient, _ in trained]
        self.optimizer.apply_gradients(zip(gradients, (variable for _, variable in trained), strict=True))
        metrics = self.compute_metrics(inputs, labels, logits, weights)
        return {**metrics, "step_loss": loss, "gradient_norm": tf.linalg.global_norm(gradients)}

    def _next_dropout_seed(self) -> tf.Tensor:
        step = self._dropout_step.assign_add(1)
        # An odd multiplier keeps runs of neighbouring seeds from meeting each other's steps.
        return tf.cast(step, tf.uint32) + tf.constant(self._seed * 2654435761 % 2**32, tf.uint32)
