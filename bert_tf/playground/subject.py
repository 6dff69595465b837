"""The model behind the page: loaded once, it answers and says which words an answer rests on."""

import dataclasses
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from bert_tf.errors import RunError
from bert_tf.evaluation.predictions import read_predictions
from bert_tf.export.folders import handoff_folder
from bert_tf.export.golden import read_golden
from bert_tf.export.loaded import ExportedModel
from bert_tf.playground.occlusion import occlude
from bert_tf.runs.run import RunFolder
from bert_tf.runs.run_metrics import SPLITS
from bert_tf.tasks.task import TASKS
from bert_tf.workflow.explain import Explainer
from bert_tf.workflow.source import Source

_EXAMPLES = 6

Scored = list[tuple[str, float]]
Example = tuple[str, str | None]  # a text and its pair


@dataclasses.dataclass(frozen=True)
class WordScores:
    """What each word adds to a label's log-odds.

    Attributes:
        words: Stretches of the text in order; joined, they are the text as far as the model reads it.
        pair_words: Of the second text.
        completeness_error: As of `workflow.explain.Explanation`; None for occlusion, as the next.
        baseline_probability: The same.
        words_at_a_time: How many words share a score.
    """

    words: Scored
    pair_words: Scored
    completeness_error: float | None = None
    baseline_probability: float | None = None
    words_at_a_time: int = 1


class Subject(Protocol):
    """A model that can be played with.

    Attributes:
        name: Of the recipe or the model.
        method: "integrated gradients" or "occlusion".
        label_names: By label id.
        takes_pairs: Whether an example is two texts.
        max_tokens: Longest row; longer texts are cut.
        examples: A few texts to begin with.
    """

    name: str
    method: str
    label_names: list[str]
    takes_pairs: bool
    max_tokens: int
    examples: list[Example]

    def probabilities(self, texts: Sequence[str], pairs: Sequence[str] | None = None) -> np.ndarray:
        """Of each label for each text or pair: float [N, C]."""

    def word_scores(self, text: str, pair: str | None, *, target: int) -> WordScores:
        """What each word of a text, or pair, adds to the log-odds of a label id."""


def load_subject(source: Source) -> Subject:
    """Load what was found; raises BertTfError where it can't be."""
    return RunSubject(RunFolder(source.path)) if source.kind == "run" else ModelSubject(source)


def warm_up(subject: Subject) -> None:
    """Have a subject answer and explain once: graphs are traced by the first question, which takes seconds."""
    text, pair = subject.examples[0] if subject.examples else ("word", "word" if subject.takes_pairs else None)
    subject.probabilities([text], None if pair is None else [pair])
    subject.word_scores(text, pair, target=0)


class RunSubject:
    """A run: gradients tell what its answers rest on."""

    method = "integrated gradients"

    def __init__(self, run: RunFolder) -> None:
        self._explainer = Explainer(run)
        self.name = run.recipe_values["name"]
        self.label_names = self._explainer.label_names
        self.takes_pairs = self._explainer.takes_pairs
        self.max_tokens = self._explainer.max_tokens
        self.examples = _measured_examples(run)

    def probabilities(self, texts: Sequence[str], pairs: Sequence[str] | None = None) -> np.ndarray:
        """See `Subject`."""
        return self._explainer.probabilities(texts, pairs)

    def word_scores(self, text: str, pair: str | None, *, target: int) -> WordScores:
        """See `Subject`."""
        pairs = None if pair is None else [pair]
        found = self._explainer.explain([text], pairs, targets=[target])[0]
        return WordScores(found.words, found.pair_words, found.completeness_error, found.baseline_probability)


class ModelSubject:
    """An exported model: it gives no gradients, so words are left out one by one."""

    method = "occlusion"

    def __init__(self, source: Source) -> None:
        self._model = ExportedModel(source.path)
        manifest = self._model.manifest
        self.name = manifest["name"]
        self.label_names = manifest["labels"]
        self.takes_pairs = "text_pair" in manifest["signatures"]["serving_default"]["inputs"]
        self.max_tokens = manifest["max_tokens"]
        requests = [line["request"] for line in read_golden(handoff_folder(source.path) / "golden" / "requests.jsonl")]
        named = [(request["text"], request.get("text_pair")) for request in requests if request.get("text")]
        self.examples = named[:_EXAMPLES]

    def probabilities(self, texts: Sequence[str], pairs: Sequence[str] | None = None) -> np.ndarray:
        """See `Subject`."""
        # Texts of like length together, so that little is padding.
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        seconds = None if pairs is None else [pairs[index] for index in order]
        answers = self._model.predict([texts[index] for index in order], seconds)
        found = np.empty((len(texts), len(self.label_names)))
        found[order] = np.array([list(answer["probabilities"].values()) for answer in answers]).reshape(found.shape)
        return found

    def word_scores(self, text: str, pair: str | None, *, target: int) -> WordScores:
        """See `Subject`."""
        texts = (text,) if pair is None else (text, pair)
        scored, size = occlude(texts, target, self._of_tuples, most_words=self.max_tokens)
        return WordScores(scored[0], scored[1] if pair is not None else [], words_at_a_time=size)

    def _of_tuples(self, rows: Sequence[tuple[str, ...]]) -> np.ndarray:
        firsts, *seconds = zip(*rows, strict=True)
        return self.probabilities(firsts, seconds[0] if seconds else None)


def _measured_examples(run: RunFolder) -> list[Example]:
    """A text of each label that the run was measured on, as far as it kept them."""
    columns = TASKS[run.recipe_values["task"]].columns()
    for split in reversed(SPLITS):
        try:
            rows = read_predictions(run.predictions(split), columns)
        except RunError:
            continue
        _, firsts = np.unique(rows.answers.expected, return_index=True)
        return [(rows.text(index), rows.pair(index)) for index in sorted(map(int, firsts))[:_EXAMPLES]]
    return []
