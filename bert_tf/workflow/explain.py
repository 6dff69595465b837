"""A run's answer to a text, and which words it rests on."""

import dataclasses
from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np

from bert_tf.batches.padding import padded_inputs
from bert_tf.errors import RunError
from bert_tf.evaluation.attribution import EmbeddingAttribution
from bert_tf.evaluation.compute_outputs import Arrays
from bert_tf.plurals import counted
from bert_tf.text.loading import load_reference
from bert_tf.text.word_tokens import Word, WordRow, encode_words
from bert_tf.workflow.opened_run import OpenedRun, answered_rows

_BATCH_ROWS = 32
_NO_TEXT = ""  # stands for none where the outputs' shapes are asked for

Scored = list[tuple[str, float]]


@dataclasses.dataclass(frozen=True)
class Explanation:
    """An answer and what it rests on.

    Attributes:
        target: What of the answer the words are held against, such as a label.
        answer: As of `RunPredictor`.
        words: Stretches of the text in order, each with what it adds to the value that is explained, such as the
            label's log-odds; spaces add 0. Joined, they give the text as far as the model sees it.
        completeness_error: Relative error of the scores' sum; a few percent is good, more `steps` make it smaller.
        pair_words: The same of the second text, for a run of pairs.
        baseline: As of `TaskServing.baseline_facts`: what the words' scores count from.
    """

    target: str
    answer: dict[str, Any]
    words: Scored
    completeness_error: float
    pair_words: Scored
    baseline: dict[str, float]


class Explainer:
    """A run's model for many texts.

    Args:
        opened: A run; its model is loaded here.

    Attributes:
        serving: What is served of its task.
        takes_pairs: Whether an example is two texts.
        max_tokens: Longest row; longer texts are cut, also where the run measures windows.

    Raises:
        RunError: no epoch is done. ModelError: the encoder's embeddings can't be found.
    """

    def __init__(self, opened: OpenedRun) -> None:
        self.serving, self.takes_pairs = opened.serving, opened.takes_pairs
        self.max_tokens = opened.recipe.text.max_tokens
        self._where, self._network = str(opened.folder.path), opened.network
        self._tokenizer = load_reference(opened.encoder)
        self._predict, self._places = opened.predictor(opened.served), opened.places
        # No run is trained with a tokenizer that has none.
        self._pad_id = self._tokenizer.special_ids.pad or 0
        mask = self._tokenizer.special_ids.mask
        # No text has it, so it may be one that the encoder's table has no row for.
        if mask is None or mask >= opened.model.encoder.config.vocabulary_size:
            mask = self._pad_id
        self._attribute = EmbeddingAttribution(
            opened.model,
            baseline_id=mask,
            begins_word=None if opened.words is None else opened.words.begins_word,
        )

    def outputs(self, texts: Sequence[str], pairs: Sequence[str] | None = None) -> Arrays:
        """What is served of each text or pair as far as it isn't cut, by name, by the exported model's graph."""
        return self._outputs(texts, self._rows(texts, pairs))

    def explain(
        self,
        texts: Sequence[str],
        pairs: Sequence[str] | None = None,
        *,
        targets: Sequence[int] | None = None,
        steps: int = 32,
    ) -> list[Explanation]:
        """What the run answers to each text and which words the answer rests on, by integrated gradients.

        Args:
            texts: N texts; what is longer than the run's `max_tokens` is cut, also where the run measures windows.
            pairs: The second texts, for a run of pairs.
            targets: What to explain, one of `TaskServing.targets` a text; what is predicted if not given.
            steps: Points on the path from a text of [MASK] to the text itself.

        Raises:
            RunError: `texts` is a single text, or pairs are missing or too many.
        """
        rows = self._rows(texts, pairs)
        outputs = self._outputs(texts, rows)
        chosen = self.serving.predicted_targets(outputs) if targets is None else np.asarray(targets)
        if len(chosen) != len(rows):
            raise RunError(
                f"Got {counted(len(rows), 'text')} but {counted(len(chosen), 'target')}.", where="explain(targets)"
            )
        answers = self.serving.answers(outputs)
        return [
            self._explained(row, answer, int(target), steps)
            for row, answer, target in zip(rows, answers, chosen, strict=True)
        ]

    def _explained(self, row: WordRow, answer: dict[str, Any], target: int, steps: int) -> Explanation:
        found = self._attribute(row.ids, row.segments, special=row.special, target=target, steps=steps)
        words, *second = (_scored(text, found.scores) for text in row.texts)
        return Explanation(
            target=self.serving.targets[target],
            answer=answer,
            words=words,
            completeness_error=found.completeness_error,
            pair_words=second[0] if second else [],
            baseline=self.serving.baseline_facts(found.baseline_value),
        )

    def _rows(self, texts: Sequence[str], pairs: Sequence[str] | None) -> list[WordRow]:
        if isinstance(texts, str):
            self._refuse("Expected a list of strings, got a string.")
        if self.takes_pairs != (pairs is not None):
            self._refuse(f"This run takes {'pairs of texts' if self.takes_pairs else 'single texts'}.")
        if pairs is not None and len(pairs) != len(texts):
            self._refuse(f"Got {counted(len(texts), 'text')} but {counted(len(pairs), 'second text')}.")
        return encode_words(self._tokenizer, texts, pairs, max_tokens=self.max_tokens)

    def _refuse(self, what: str) -> NoReturn:
        raise RunError(what, where=self._where)

    def _outputs(self, texts: Sequence[str], rows: list[WordRow]) -> Arrays:
        if not rows:
            one = self._outputs([_NO_TEXT], self._rows([_NO_TEXT], [_NO_TEXT] if self.takes_pairs else None))
            return {name: values[:0] for name, values in one.items()}
        # Rows of like length together, so that little is padding.
        order = np.argsort([len(row.ids) for row in rows], kind="stable")
        batches = [
            self._inputs([rows[index] for index in order[start : start + _BATCH_ROWS]])
            for start in range(0, len(rows), _BATCH_ROWS)
        ]
        places = self._places([text.encode("utf-8", "replace") for text in texts])
        return answered_rows(self._network, self._predict(batches, order), places=places)

    def _inputs(self, rows: list[WordRow]) -> dict[str, np.ndarray]:
        return padded_inputs(
            [row.ids for row in rows],
            np.array([(row.segments == 0).sum() for row in rows]),
            padded_length=max(len(row.ids) for row in rows),
            pad_id=self._pad_id,
        )


def _scored(words: Sequence[Word], scores: np.ndarray) -> Scored:
    return [(word.text, float(scores[list(word.tokens)].sum())) for word in words]
