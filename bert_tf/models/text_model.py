"""An encoder, a pooling and a task's head as one `keras.Model`; works with plain `compile`, `fit` and `evaluate`."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf
import tf_keras as keras

from bert_tf.models.cached_gradients import cached_gradients
from bert_tf.models.dropout_layer import random_states
from bert_tf.models.encoders.text_encoder import Inputs, TextEncoder
from bert_tf.models.encoders.transformer_encoder import transformer_of
from bert_tf.models.gradients import Batch, Scaled, batch_gradients
from bert_tf.models.group_gradients import GatheredTexts, Gradients, group_gradients
from bert_tf.models.kernels.adamw import dense_form, gradient_norm, rows_in_use
from bert_tf.models.kernels.fused_encoder import FusedEncoder
from bert_tf.models.kernels.native_adamw import write_packed
from bert_tf.models.pooling import OF_ALL_TOKENS, Pooling, make_pooling
from bert_tf.models.task_measures import TaskMeasures
from bert_tf.models.task_network import Outputs, TaskNetwork
from bert_tf.models.worker_group import WorkerGroup
from bert_tf.text.encoded import FEATURES

_SEEDS_APART = 1_000_003


class TextModel(keras.Model):
    """Token ids to a task's outputs by name.

    `compile` needs an optimizer only: loss and metrics are the task's. A `loss` or `metrics` that it is given take
    their place, as Keras has them for a model with outputs by name.

    The fused kernels and the reference graph compute the same function over the same variables. Which of them runs
    is a matter of speed only, so one checkpoint serves both, and an export uses the plain graph.

    Args:
        encoder: Such as `TFBertModel`.
        network: What the task makes of the head's values.
        head: Of `network.head`.
        pooling: Of `make_pooling`.
        compute_dtype: None runs the reference graph. float32, bfloat16 or float16 runs the fused kernels with matmuls
            in that type; see `kernels.fused_encoder.supports` for which encoders have them.
        layer_operations: Of the native library, for the layers in bfloat16; see `FusedEncoder`.
        seed: Of the fused kernels' dropout, any int ≥ 0.
        gradient_checkpointing: The fused kernels compute each layer once more in the backward pass instead of keeping
            its activations.
        micro_batch_size: Rows of a training step that are computed at a time; None for all of them.
        group: The workers that train this model together, from what `TrainingBatches` with a shard gives each; None
            for a model that one process trains.

    Attributes:
        network: As given.
        pools_first_token: Whether no token is looked at but the first.
    """

    def __init__(
        self,
        *,
        encoder: TextEncoder,
        network: TaskNetwork,
        head: keras.layers.Layer,
        pooling: str = "first",
        compute_dtype: tf.DType | None = None,
        layer_operations: Any | None = None,
        seed: int = 0,
        gradient_checkpointing: bool = False,
        micro_batch_size: int | None = None,
        group: WorkerGroup | None = None,
    ) -> None:
        super().__init__(name="text_model")
        self.encoder = encoder
        self.network = network
        self.head = head
        self._pooling: Pooling = make_pooling(pooling, encoder)
        self.pools_first_token = network.reads == "pooled" and pooling not in OF_ALL_TOKENS
        self._fused: FusedEncoder | None = None
        self._measures: TaskMeasures | None = None
        self._mean_rows: float | None = None
        self._group = group
        # Other masks in each worker.
        self._seed = seed + (_SEEDS_APART * group.index if group else 0)
        self._micro_batch_size = micro_batch_size
        # Counts training calls. With it in the checkpoint, the dropout of step k is the same after a restart.
        self._dropout_step = self.add_weight(
            name="dropout_step", shape=(), dtype=tf.int64, initializer="zeros", trainable=False
        )
        one = tf.ones((1, 8), tf.int32)
        # Built on the reference graph: the fused kernels would be compiled for a shape that no batch has.
        self({"input_ids": one, "attention_mask": one, "token_type_ids": 0 * one})
        if compute_dtype is not None:
            self._fused = FusedEncoder(
                transformer_of(encoder),
                compute_dtype=compute_dtype,
                gradient_checkpointing=gradient_checkpointing,
                operations=layer_operations,
            )

    def call(self, inputs: Inputs, training: bool = False) -> Outputs:
        """Outputs, float32 [B, …], of `input_ids`, `attention_mask` and `token_type_ids`, int32 [B, L], and of
        `features`, float32 [B, F], where the head reads them."""
        hidden = self.hidden(inputs, training=training)
        return self.read_out(hidden, inputs["attention_mask"], features=inputs.get(FEATURES), training=training)

    @tf.autograph.experimental.do_not_convert
    def read_out(
        self, hidden: tf.Tensor, attention_mask: tf.Tensor, *, features: tf.Tensor | None = None, training: bool
    ) -> Outputs:
        """Pooling and head over last hidden states, float32 [B, L, H]; [B, 1, H] do with `pools_first_token`.

        The head of a task that reads tokens gets the states as they are; one that reads features, float32 [B, F], gets
        these too, as far as they are known.
        """
        return self.network.outputs(self._values(hidden, attention_mask, features, training=training))

    def _values(
        self, hidden: tf.Tensor, attention_mask: tf.Tensor, features: tf.Tensor | None, *, training: bool
    ) -> tf.Tensor:
        """What the head gives; arguments as of `read_out`."""
        read = hidden if self.network.reads == "tokens" else self.pooled(hidden, attention_mask)
        known = {} if features is None else {FEATURES: features}
        return self.head(read, **known, training=training)

    def pooled(self, hidden: tf.Tensor, attention_mask: tf.Tensor) -> tf.Tensor:
        """The vector of each text, which the head of most tasks sees: float32 [B, H], of last hidden states as for
        `read_out`."""
        return self._pooling(hidden, attention_mask)

    # Plain Python, as the layers are: to convert it with all that it calls takes seconds before the first step.
    @tf.autograph.experimental.do_not_convert
    def hidden(self, inputs: Inputs, *, training: bool) -> tf.Tensor:
        """Last hidden states, float32 [B, L, H]; [B, 1, H] where the pooling sees the first token only."""
        if self._fused is not None:
            return self._fused(
                inputs["input_ids"],
                inputs["attention_mask"],
                inputs["token_type_ids"],
                seed=self._next_dropout_seed() if training else None,
                first_token_only=self.pools_first_token,
            )
        return self.encoder(inputs, training=training)

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        metrics: Any = None,
        *,
        mean_rows: float | None = None,
        **settings: Any,
    ) -> None:
        """See `keras.Model.compile`; without a loss or metrics, the task's.

        Args:
            mean_rows: Where some batches have more rows than others, how many they have on the mean: a gradient is that
                of the sum of the rows' losses over this number, so that each row counts alike. None for the mean loss
                of each batch. What is reported is the mean loss anyway.
        """
        super().compile(optimizer, loss=loss, metrics=metrics, **settings)
        write_packed(self.optimizer, self._fused.packed if self._fused else None)
        self._mean_rows = mean_rows
        own_metrics = metrics is None and settings.get("weighted_metrics") is None
        self._measures = TaskMeasures(self.network, with_loss=loss is None, with_metrics=own_metrics)

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """All that is reported of an epoch, the loss first."""
        own = [] if self._measures is None else self._measures.metrics
        return [*own, *super().metrics]

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: tf.Tensor | None = None
    ) -> tf.Tensor:
        """Mean over the rows of weight times loss, a float32 scalar; it is counted in the loss of the epoch.

        Args:
            x: Inputs.
            y: Expected values, [B, …]; [B, L] where tokens are read.
            y_pred: Outputs.
            sample_weight: float32 [B], or as the task's loss is; None weighs all alike.
        """
        if self._measures is None or not self._measures.with_loss:
            return super().compute_loss(x, y, y_pred, sample_weight)
        return self._measures.loss(y, y_pred, sample_weight, penalties=self.losses)

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: tf.Tensor | None) -> dict[str, tf.Tensor]:
        """Count the rows of a batch, which is given as to `compute_loss`, and return all metrics by name."""
        if self._measures is None or not self._measures.with_metrics:
            return super().compute_metrics(x, y, y_pred, sample_weight)
        self._measures.update_metrics(y, y_pred)
        return self.get_metrics_result()

    def train_step(self, data: tuple) -> dict[str, tf.Tensor]:
        """As Keras', and reports of this very step `step_loss`, `gradient_norm` (before clipping) and `loss_scale`.

        The last only with a `LossScaleOptimizer`, which passes over a step whose gradients are not finite.
        """
        data, place = (data, None) if self._group is None else data
        batch, variables = keras.utils.unpack_x_y_sample_weight(data), self.trainable_variables
        scales = isinstance(self.optimizer, keras.mixed_precision.LossScaleOptimizer)
        scaled = self.optimizer.get_scaled_loss if scales else tf.identity
        if self._group is None:
            loss, found = self._gradients(batch, variables, self._by_rows(batch, scaled))
        else:
            loss, found = self._group_gradients(self._group, batch, place, variables, scaled)
        gradients = [gradient for gradient in found if gradient is not None]
        trained = [variable for gradient, variable in zip(found, variables, strict=True) if gradient is not None]
        logs = {}
        if scales:
            gradients = self.optimizer.get_unscaled_gradients(gradients)
            logs["loss_scale"] = self.optimizer.loss_scale
        logs |= {"step_loss": loss, "gradient_norm": gradient_norm(self.optimizer, gradients)}
        self.optimizer.apply_gradients(zip(gradients, trained, strict=True))
        return {**self.get_metrics_result(), **logs}

    def _group_gradients(
        self, group: WorkerGroup, batch: Batch, place: tf.Tensor, variables: Sequence[tf.Variable], scaled: Scaled
    ) -> Gradients:
        """As of `group_gradients`, where a batch is this worker's part and stands in its place."""
        share = tf.cast((place[1] - place[0]) / place[2], tf.float32)
        counts = tf.cast(share > 0, tf.float32) if self.network.separable else tf.constant(float(group.is_chief))

        def of_part() -> Gradients:
            if self.network.separable:
                return self._gradients(batch, variables, scaled, share=share)
            # Each worker has the vectors of all texts, and so the loss of the whole batch: one of them counts it.
            loss, gradients = self._cached_gradients(batch, variables, scaled, gathered=GatheredTexts(group, place))
            return counts * loss, gradients

        return group_gradients(
            of_part,
            group,
            measures=[variable for metric in self.metrics for variable in metric.variables],
            random_states=[self._dropout_step, *random_states(self)],
            counts=counts,
        )

    def _gradients(
        self, batch: Batch, variables: Sequence[tf.Variable], scaled: Scaled, share: tf.Tensor | float = 1.0
    ) -> Gradients:
        """As of `batch_gradients`, at once or in slices, of the loss times a share."""
        if self._micro_batch_size is not None and not self.network.separable:
            return self._cached_gradients(batch, variables, scaled)
        return batch_gradients(
            lambda part: self._measured_loss(part) * share,
            batch,
            variables,
            scaled=scaled,
            rows_per_slice=self._micro_batch_size,
            rows_in_use=rows_in_use(self.optimizer),
            dense=dense_form(self.optimizer),
        )

    def _by_rows(self, batch: Batch, scaled: Scaled) -> Scaled:
        """The same where each batch's own mean is learned from; see `compile`."""
        if self._mean_rows is None:
            return scaled
        share = tf.cast(tf.shape(batch[1])[0], tf.float32) / self._mean_rows
        return lambda loss: scaled(share * loss)

    def _measured_loss(self, batch: Batch) -> tf.Tensor:
        """The loss of training on some rows; they are counted in the metrics."""
        inputs, expected, weights = batch
        return self._measured_loss_of(self(inputs, training=True), inputs, expected, weights)

    def _measured_loss_of(
        self, outputs: Outputs, inputs: Inputs, expected: tf.Tensor, weights: tf.Tensor | None
    ) -> tf.Tensor:
        self.compute_metrics(inputs, expected, outputs, weights)
        return self.compute_loss(inputs, expected, outputs, weights)

    def _cached_gradients(
        self, batch: Batch, variables: Sequence[tf.Variable], scaled: Scaled, gathered: GatheredTexts | None = None
    ) -> Gradients:
        """As of `cached_gradients`, of what the head gives."""

        def values_of(inputs: Inputs) -> tf.Tensor:
            hidden = self.hidden(inputs, training=True)
            return self._values(hidden, inputs["attention_mask"], inputs.get(FEATURES), training=True)

        def loss_of(values: tf.Tensor, expected: tf.Tensor, weights: tf.Tensor | None) -> tf.Tensor:
            return self._measured_loss_of(self.network.outputs(values), batch[0], expected, weights)

        return cached_gradients(
            values_of,
            loss_of,
            batch,
            variables,
            scaled=scaled,
            rows_per_slice=self._micro_batch_size or tf.shape(tf.nest.flatten(batch[0])[0])[0],
            random_states=[self._dropout_step, *random_states(self)],
            rows_in_use=rows_in_use(self.optimizer),
            gathered=gathered,
        )

    def _next_dropout_seed(self) -> tf.Tensor:
        step = self._dropout_step.assign_add(1)
        # An odd multiplier keeps runs of neighbouring seeds from meeting each other's steps.
        return tf.cast(step, tf.uint32) + tf.constant(self._seed * 2654435761 % 2**32, tf.uint32)
