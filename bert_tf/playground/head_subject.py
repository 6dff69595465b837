"""One head of a model with several, as a model of its own."""

import dataclasses
from collections.abc import Mapping, Sequence

from bert_tf.export.task_serving import Served
from bert_tf.playground.subject import Subject, WordScores
from bert_tf.tasks.multitask.heads import part_of
from bert_tf.tasks.multitask.serving import MultitaskServing


def heads_of(subject: Subject) -> Mapping[str, Subject]:
    """A subject for each head, by its name, in the order of the recipe; none of a model that has one task."""
    if not isinstance(subject.serving, MultitaskServing):
        return {}
    return {name: HeadSubject(subject, subject.serving, name) for name in subject.serving.heads}


class HeadSubject:
    """See `Subject`.

    Args:
        subject: The whole model.
        serving: What is served of it.
        name: Of the head.
    """

    def __init__(self, subject: Subject, serving: MultitaskServing, name: str) -> None:
        self._subject, self._head = subject, name
        names = list(serving.heads)
        before = names[: names.index(name)]
        self._first_target = sum(len(serving.heads[other].targets) for other in before)
        self.serving = serving.heads[name]
        self.name, self.method, self.examples = subject.name, subject.method, subject.examples
        self.takes_pairs, self.max_tokens, self.catalogue = subject.takes_pairs, subject.max_tokens, subject.catalogue

    def outputs(self, texts: Sequence[str], pairs: Sequence[str] | None = None) -> Served:
        """See `Subject`."""
        return part_of(self._head, self._subject.outputs(texts, pairs))

    def word_scores(self, text: str, pair: str | None, *, target: int) -> WordScores:
        """See `Subject`."""
        found = self._subject.word_scores(text, pair, target=self._first_target + target)
        if not found.baseline:
            return found
        # What the whole model says of it has no unit.
        return dataclasses.replace(found, baseline=self.serving.baseline_facts(found.baseline["baseline_value"]))
