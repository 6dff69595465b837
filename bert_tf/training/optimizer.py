"""AdamW as BERT is fine-tuned with it."""

import functools
import math

import tf_keras as keras

from bert_tf.models.kernels.adamw import FusedAdamW
from bert_tf.models.kernels.native_adamw import NativeAdamW
from bert_tf.native.library import NativeLibrary
from bert_tf.training.schedule import WarmupSchedule

# By name, as the BERT authors' own optimizer does it: decay pulls only on weight matrices. MPNet's relative positions,
# the transitions of a CRF are added to scores, and the variances of losses to their sum: they are biases too.
_NOT_DECAYED = ["gamma", "beta", "bias", "relative_positions", "transitions", "log_variances"]


def adamw(
    *,
    learning_rate: float,
    schedule: str,
    warmup: float,
    total_steps: int,
    weight_decay: float,
    clip_norm: float,
    scale_loss: bool = False,
    native: NativeLibrary | None = None,
) -> keras.optimizers.Optimizer:
    """AdamW (Loshchilov & Hutter 2019) with warm-up, clipping, and no decay of LayerNorm and biases.

    Args:
        learning_rate: Peak, above 0.
        schedule: Shape after the warm-up; see `WarmupSchedule`.
        warmup: Share of all steps, in [0, 1); rounded up, as transformers' `warmup_ratio` is.
        total_steps: Steps of the whole run.
        weight_decay: Taken off in each step, times the learning rate.
        clip_norm: Largest global norm of the gradients; 0 doesn't clip.
        scale_loss: Keep small gradients from float16's zero (Micikevicius et al., "Mixed Precision Training", 2018):
            a step whose gradients are not finite is passed over and halves the scale, 2,000 others double it.
        native: Operations that take the step; None, or without any, has kernels that XLA compiles.
    """
    made = (
        FusedAdamW if native is None or native.operations is None else functools.partial(NativeAdamW, native.operations)
    )
    optimizer = made(
        learning_rate=WarmupSchedule(
            peak=learning_rate,
            shape=schedule,
            warmup_steps=math.ceil(warmup * total_steps),
            total_steps=total_steps,
        ),
        weight_decay=weight_decay,
        epsilon=1e-8,
        global_clipnorm=clip_norm or None,
    )
    optimizer.exclude_from_weight_decay(var_names=_NOT_DECAYED)
    return keras.mixed_precision.LossScaleOptimizer(optimizer) if scale_loss else optimizer
