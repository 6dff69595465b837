"""transformers' TFBertForSequenceClassification under Keras' `fit`, float32: what one gets without bert_tf."""

from typing import Any

import numpy as np
import tensorflow as tf
import tf_keras as keras
from transformers import TFBertForSequenceClassification

from benchmarks.contestants.inputs import head_weights, probabilities, random_ids, random_labels
from benchmarks.worker import Work, serve


def prepare(options: dict[str, Any]) -> Work:
    """Options: encoder (a folder), kind (train or infer), batch, length."""
    model = TFBertForSequenceClassification.from_pretrained(options["encoder"], num_labels=2, trust_remote_code=False)
    model.classifier.set_weights(head_weights(options))
    batch = random_ids(options)
    if options["kind"] == "infer":
        infer = tf.function(lambda inputs: model(inputs, training=False).logits)
        inputs = {name: tf.constant(value) for name, value in batch.items()}
        return lambda count: probabilities([infer(inputs).numpy() for _ in range(count)][-1])
    model.compile(
        optimizer=keras.optimizers.AdamW(2e-5, weight_decay=0.01, epsilon=1e-8, global_clipnorm=1.0),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    batches = tf.data.Dataset.from_tensors((batch, random_labels(options).astype(np.int64))).repeat()
    return lambda count: float(model.fit(batches, steps_per_epoch=count, verbose=0).history["loss"][-1])


if __name__ == "__main__":
    serve(prepare)
