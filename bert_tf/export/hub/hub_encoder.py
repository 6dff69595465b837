"""A fine-tuned encoder that others can train further: https://www.tensorflow.org/hub/reusable_saved_models."""

import tensorflow as tf

from bert_tf.models.dropout_layer import random_states
from bert_tf.models.encoders.transformer_encoder import transformer_of
from bert_tf.models.text_model import TextModel

_INPUTS = {
    "input_ids": "input_word_ids",
    "attention_mask": "input_mask",
    "token_type_ids": "input_type_ids",
}


def make_encoder(model: TextModel, *, pooling: str) -> tf.train.Checkpoint:
    """What `tf.saved_model.save` makes an encoder of; the reference graph in float32, with its dropout.

    It is called with `input_word_ids`, `input_mask` and `input_type_ids`, int32 [B, L], and `training`. Its outputs are
    float32: `sequence_output` [B, L, H], `pooled_output` [B, H], which is what the head of the model was trained on,
    the same as `default`, and `encoder_outputs`, a list of [B, L, H], of each layer.

    Args:
        model: On the reference graph.
        pooling: Of the model, as of `choose_pooling`.
    """
    encoder = transformer_of(model.encoder)

    def call(inputs: dict[str, tf.Tensor], training: bool = False) -> dict[str, tf.Tensor | list[tf.Tensor]]:
        taken = {name: inputs[theirs] for name, theirs in _INPUTS.items()}
        # The first is what goes into the first layer.
        states = encoder.hidden_states(taken, training=training)[1:]
        pooled = model.pooled(states[-1], inputs["input_mask"])
        return {
            "sequence_output": states[-1],
            "pooled_output": pooled,
            "default": pooled,
            "encoder_outputs": states,
        }

    traced = tf.function(call, autograph=False)
    specs = {name: tf.TensorSpec([None, None], tf.int32, name=name) for name in _INPUTS.values()}
    for training in (True, False):
        traced.get_concrete_function(specs, training=training)
    reusable = tf.train.Checkpoint()
    reusable.__call__ = traced
    reusable.variables = list(encoder.weights)
    # What the graph with dropout reads is saved only where it hangs on the object.
    reusable.random_states = random_states(encoder)
    untrained = set() if pooling == "pooler" else unused_pooler(model)
    reusable.trainable_variables = [weight for weight in encoder.trainable_weights if weight.ref() not in untrained]
    reusable.regularization_losses = []
    return reusable


def unused_pooler(model: TextModel) -> set:
    """References to the weights of the encoder's own pooler."""
    pooler = model.encoder.pooler
    return set() if pooler is None else {weight.ref() for weight in pooler.weights}
