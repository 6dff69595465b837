"""A text classifier for those who write their own training: an encoder, its tokenizer and a head as one Keras model."""

import os
import pathlib
from collections.abc import Iterable, Sequence

import numpy as np
import tensorflow as tf

from bert_tf.batches.padding import padded_inputs
from bert_tf.environment import cache_folder
from bert_tf.errors import ModelError
from bert_tf.models.compute import choose_compute, multiplies_bfloat16
from bert_tf.models.encoder import load_encoder
from bert_tf.models.encoder_sources import locate_encoder
from bert_tf.models.encoders.transformer_encoder import transformer_of
from bert_tf.models.pooling import choose_pooling
from bert_tf.models.text_model import TextModel
from bert_tf.tasks.classify.network import ClassifyNetwork
from bert_tf.text.given import list_of_texts
from bert_tf.text.loading import load_tokenizer


class TFBertClassifier(TextModel):
    """A pretrained encoder with a new head that tells labels apart, for `compile`, `fit`, `evaluate` and `predict`.

    It reads batches of `input_ids`, `attention_mask` and `token_type_ids`, int32 [B, L], and gives `logits`, float32
    [B, C]. `compile` needs an optimizer only: loss and accuracy are there, for label ids from 0 to C - 1. It trains by
    the kernels that a recipe would use, in bfloat16 where the machine has matrix units for it.

    Args:
        encoder: A name such as "minilm-l6", a repository of the hub, or a folder.
        labels: C names, two or more.
        pooling: What the head reads: "pooler", "first" token, "mean" or "max" of all, or "auto" for a trained pooler if
            there is one, else the first token.
        dropout: Share of the head's inputs that training drops, from 0 to below 1; the encoder's own by default.
        kernels: "fused", "reference" (plain TensorFlow), or "auto".
        seed: Of the fused kernels' dropout. `tf_keras.utils.set_random_seed` seeds the head's weights.

    Attributes:
        labels: As given.

    Raises:
        ModelError: the encoder can't be had or loaded, or is a baseline; labels that aren't two different names; or no
            such pooling or kernels with this encoder.

    Examples:
        >>> import tensorflow as tf, tf_keras as keras
        >>> classifier = bert_tf.TFBertClassifier("minilm-l6", ["negative", "positive"], kernels="reference")
        >>> inputs = classifier.encode(["A film to remember.", "Two hours of nothing."], max_tokens=16)
        >>> rows = tf.data.Dataset.from_tensor_slices((inputs, [1, 0])).batch(2)
        >>> classifier.compile(keras.optimizers.Adam(2e-5))
        >>> sorted(classifier.fit(rows, verbose=0).history)
        ['accuracy', 'gradient_norm', 'loss', 'step_loss']
        >>> classifier.predict(rows, verbose=0)["logits"].shape
        (2, 2)
    """

    def __init__(
        self,
        encoder: str | os.PathLike[str],
        labels: Sequence[str],
        *,
        pooling: str = "auto",
        dropout: float | None = None,
        kernels: str = "auto",
        seed: int = 0,
    ) -> None:
        names = _checked_labels(labels)
        folder = locate_encoder(os.fspath(encoder)).folder
        loaded, given = load_encoder(folder)
        transformer_of(loaded)
        compute = choose_compute(
            loaded.config,
            kernels=kernels,
            precision="auto",
            bfloat16_is_native=multiplies_bfloat16(),
            on_gpu=bool(tf.config.list_physical_devices("GPU")),
        )
        network = ClassifyNetwork(names)
        rate = loaded.config.hidden_dropout if dropout is None else dropout
        super().__init__(
            encoder=loaded,
            network=network,
            head=network.head(dropout=rate, initializer_range=loaded.config.initializer_range),
            pooling=choose_pooling(pooling, loaded.config, given=given),
            compute_dtype=compute.fused_dtype,
            seed=seed,
        )
        self.labels = names
        self._folder: pathlib.Path = folder

    def encode(
        self, texts: Iterable[str], pairs: Iterable[str] | None = None, *, max_tokens: int = 128
    ) -> dict[str, np.ndarray]:
        """What the model reads of N texts, int32 [N, longest] by name.

        Args:
            texts: Any iterable of strings.
            pairs: The second text of each, or None.
            max_tokens: Longest row; longer texts are cut.

        Raises:
            ModelError: no texts, something else than strings, not as many second texts, or `max_tokens` is more than
                the encoder takes. TextError: the encoder's tokenizer can't be used, or `max_tokens` is too small.
        """
        longest_input = self.encoder.config.longest_input
        if max_tokens > longest_input:
            raise ModelError(
                f"max_tokens is {max_tokens}, but this encoder takes {longest_input} at most.",
                where="encode(max_tokens)",
                hint=f"set it to {longest_input} or less",
            )
        firsts = list_of_texts(texts, name="texts", error=ModelError)
        seconds = None if pairs is None else list_of_texts(pairs, name="pairs", error=ModelError)
        if seconds is not None and len(seconds) != len(firsts):
            raise ModelError(f"Got {len(firsts)} texts but {len(seconds)} second texts.", where="encode(texts, pairs)")
        if not firsts:
            raise ModelError("There are no texts.", where="encode(texts)")
        tokenizer = load_tokenizer(self._folder, cache_folder=cache_folder())
        second_bytes = None if seconds is None else _bytes(seconds)
        encoded = tokenizer.encode_batch(_bytes(firsts), second_bytes, max_tokens=max_tokens)
        rows = np.split(encoded.ids, np.cumsum(encoded.lengths)[:-1])
        longest = int(encoded.lengths.max())
        return padded_inputs(rows, encoded.first_lengths, padded_length=longest, pad_id=tokenizer.pad_id)


def _checked_labels(labels: Sequence[str]) -> tuple[str, ...]:
    names = () if isinstance(labels, str) else tuple(labels)
    if len(names) < 2 or len(set(names)) < len(names) or not all(isinstance(name, str) for name in names):
        raise ModelError(
            "A classifier needs two or more different labels.",
            where=f"labels: {str(labels)[:100]}",
            hint='give a list of strings, such as ["negative", "positive"]',
        )
    return names


def _bytes(texts: Sequence[str]) -> list[bytes]:
    return [text.encode("utf-8", "replace") for text in texts]
