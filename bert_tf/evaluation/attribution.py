"""Which tokens an answer rests on: integrated gradients over the word embeddings, or over which words are there.

Sundararajan, Taly & Yan, "Axiomatic Attribution for Deep Networks", 2017, https://arxiv.org/abs/1703.01365.
"""

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np
import tensorflow as tf

from bert_tf.models.text_model import TextModel
from bert_tf.models.word_outputs import word_reader

Values = Callable[[tf.Tensor], tf.Tensor]
Gradients = Callable[[tf.Tensor], tf.Tensor]

# Tokens of a backward pass: activations of that many are in memory at a time. More of them are no faster.
_BATCH_TOKENS = 512
_STEPS_PER_SECTION = 4
# A smaller difference of values counts as this one: relative to nearly nothing every error is large.
_LEAST_DIFFERENCE = 0.1


@dataclasses.dataclass(frozen=True, eq=False)
class Attribution:
    """What each token adds.

    Attributes:
        scores: float64 [L], in units of the value that is explained.
        completeness_error: How far the scores' sum is from the difference between the values of the input and of the
            baseline, relative to that difference (or to 0.1 where it is smaller). More steps make it smaller.
        baseline_value: The value of the baseline, which the scores are added to.
    """

    scores: np.ndarray
    completeness_error: float
    baseline_value: float


def integrated_gradients(
    values: Values, gradients: Gradients, inputs: np.ndarray, baseline: np.ndarray, *, steps: int
) -> Attribution:
    """Gradients along the straight line from the baseline to the input, times the way between them.

    Most of a model's change happens on a short part of the line, so the line is cut into sections, and those on
    which the value changes much get more of the steps: Bhat & Raychowdhury, "Non-Uniform Interpolation in Integrated
    Gradients", 2023, https://arxiv.org/abs/2302.11107. Inside a section the quadrature is Gauss-Legendre's.

    Args:
        values: From float32 [R, L, H] to the value of each row, float32 [R].
        gradients: From float32 [R, L, H] to each value's gradient by its own row, of the same shape.
        inputs: float32 [L, H].
        baseline: float32 [L, H]: what stands for no information.
        steps: Gradients to take, at least 1. Values are taken at a quarter as many points.
    """
    start = baseline.astype(np.float64)
    change = inputs.astype(np.float64) - start
    rows = max(1, _BATCH_TOKENS // max(1, len(inputs)))

    def evaluated(function: Callable[[tf.Tensor], tf.Tensor], shares: np.ndarray) -> Iterator[np.ndarray]:
        for first in range(0, len(shares), rows):
            points = start + shares[first : first + rows, None, None] * change
            yield function(tf.constant(points, tf.float32)).numpy()

    bounds = np.linspace(0, 1, max(1, steps // _STEPS_PER_SECTION) + 1)
    found = np.concatenate(list(evaluated(values, bounds))).astype(np.float64)
    shares, weights = _quadrature(bounds, found, steps)
    integral = np.zeros_like(start)
    for index, part in enumerate(evaluated(gradients, shares)):
        integral += np.einsum("r,rlh->lh", weights[index * rows : (index + 1) * rows], part)
    scores = (integral * change).sum(-1)
    difference = found[-1] - found[0]
    error = abs(scores.sum() - difference) / max(abs(difference), _LEAST_DIFFERENCE)
    return Attribution(scores, float(error), float(found[0]))


def _quadrature(bounds: np.ndarray, values: np.ndarray, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Points in [0, 1] and their weights: float64 [steps] twice, from the values at the sections' bounds."""
    sections = len(bounds) - 1
    steepness = np.sqrt(np.abs(np.diff(values)))
    total = steepness.sum()
    wanted = (steps - sections) * (steepness / total if total > 0 else np.full(sections, 1 / sections))
    counts = 1 + np.floor(wanted).astype(int)
    # What rounding down left over goes to the sections that lost most by it.
    left_over = steps - counts.sum()
    counts[np.argsort(counts - wanted)[:left_over]] += 1
    points, weights = [], []
    for low, high, count in zip(bounds[:-1], bounds[1:], counts, strict=True):
        nodes, node_weights = np.polynomial.legendre.leggauss(count)  # of [-1, 1]
        points.append(low + (nodes + 1) / 2 * (high - low))
        weights.append(node_weights / 2 * (high - low))
    return np.concatenate(points), np.concatenate(weights)


class EmbeddingAttribution:
    """Integrated gradients of an answer over what a `TextModel` reads of each token, in float32.

    What of an answer is explained, such as a label's log-odds, its task says: `TaskNetwork.explained`.

    Args:
        model: Runs on the reference graph.
        baseline_id: The token that stands in for every word at the line's beginning. [MASK] is the one: pretraining
            taught the encoder that it means a word which isn't known. [PAD] is never attended to, so its vector means
            nothing; it is for tokenizers without [MASK].
        begins_word: As of `WordReader`, for a model that reads tokens.
    """

    def __init__(self, model: TextModel, *, baseline_id: int, begins_word: np.ndarray | None = None) -> None:
        self._model, self._reader = model, word_reader(model.network, begins_word)
        self._baseline_id = baseline_id
        row, number = tf.TensorSpec([None], tf.int32), tf.TensorSpec([], tf.int32)
        width = model.encoder.points(tf.zeros([1], tf.int32), tf.constant([True]), baseline_id=baseline_id).shape[-1]
        signature = [tf.TensorSpec([None, None, width], tf.float32), row, row, number]
        self._values = tf.function(self._explained, input_signature=signature, autograph=False)
        self._gradients = tf.function(self._gradients_of_explained, input_signature=signature, autograph=False)

    def __call__(
        self, ids: np.ndarray, segments: np.ndarray, *, special: np.ndarray, target: int, steps: int
    ) -> Attribution:
        """The attribution of each token of a row to what is explained.

        Args:
            ids: int32 [L], not padded.
            segments: int32 [L].
            special: bool [L], tokens that the baseline has too, so that they score 0: [CLS], [SEP].
            target: As of `TaskNetwork.explained`, such as a label id.
            steps: As of `integrated_gradients`.
        """
        tokens = tf.constant(ids, tf.int32)
        inputs, baseline = (
            self._model.encoder.points(tokens, tf.constant(kept), baseline_id=self._baseline_id).numpy()
            for kept in (np.ones_like(special), special)
        )
        rest = (tokens, tf.constant(segments, tf.int32), tf.constant(target, tf.int32))
        return integrated_gradients(
            lambda points: self._values(points, *rest),
            lambda points: self._gradients(points, *rest),
            inputs,
            baseline,
            steps=steps,
        )

    def _explained(self, points: tf.Tensor, ids: tf.Tensor, segments: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
        if not self._model.network.separable:
            # What a vector is held against: that of the whole text.
            whole = self._model.encoder.points(ids, tf.ones_like(ids, tf.bool), baseline_id=self._baseline_id)
            points = tf.concat([whole[tf.newaxis], points], 0)
        shape = tf.shape(points)[:2]
        inputs = {
            "inputs_embeds": points,
            "input_ids": tf.broadcast_to(ids, shape),
            "attention_mask": tf.ones(shape, tf.int32),
            "token_type_ids": tf.broadcast_to(segments, shape),
        }
        hidden = self._model.encoder(inputs, training=False)
        outputs = self._model.read_out(hidden, inputs["attention_mask"], training=False)
        if self._reader is not None:
            outputs = self._reader.joined(self._reader.of_rows(outputs, inputs))
        explained = self._model.network.explained(outputs, target)
        return explained if self._model.network.separable else explained[1:]

    def _gradients_of_explained(
        self, points: tf.Tensor, ids: tf.Tensor, segments: tf.Tensor, target: tf.Tensor
    ) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(points)
            values = self._explained(points, ids, segments, target)
        return tape.gradient(values, points)
