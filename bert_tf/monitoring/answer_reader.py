"""From the answers of a model, which may have several heads, to what is counted: an outcome, and a topic."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bert_tf.errors import DataError
from bert_tf.export.task_serving import Served, TaskServing
from bert_tf.monitoring.outcomes import Outcomes, answers_with_labels, outcomes_of
from bert_tf.nearest_name import did_you_mean
from bert_tf.tasks.multitask.heads import part_of
from bert_tf.tasks.multitask.serving import MultitaskServing


@dataclass(frozen=True)
class ReadAnswers:
    """What N answers are counted as.

    Attributes:
        outcomes: N of them.
        certainty: How negative each is, float64 [N].
        topics: N labels of the head of topics; None without one.
    """

    outcomes: Sequence[str] = ()
    certainty: Sequence[float] | np.ndarray = ()
    topics: Sequence[str] | None = None


NO_ANSWERS = ReadAnswers()


@dataclass(frozen=True)
class AnswerReader:
    """Reads the answers of a model.

    Attributes:
        outcomes: What they are counted as.
        mood: What is served of the head that tells the mood, or of the whole model.
        head: Its name; None for a model without heads.
        topic_head: Name of the head whose labels are topics, if any,
        topic_serving: and what is served of it.
    """

    outcomes: Outcomes
    mood: TaskServing
    head: str | None = None
    topic_head: str | None = None
    topic_serving: TaskServing | None = None

    def read(self, outputs: Served) -> ReadAnswers:
        """What answers are counted as.

        Args:
            outputs: What is served, by name.
        """
        own = outputs if self.head is None else part_of(self.head, outputs)
        outcomes, certainty = self.outcomes.of(self.mood, own)
        if self.topic_head is None or self.topic_serving is None:
            return ReadAnswers(outcomes, certainty)
        topics = self.topic_serving.arrays(part_of(self.topic_head, outputs))[0]
        return ReadAnswers(outcomes, certainty, topics.to_pylist())


def answer_reader(
    serving: TaskServing,
    *,
    negative: Sequence[str] = (),
    below: float | None = None,
    head: str | None = None,
    topics: str | None = None,
) -> AnswerReader:
    """How the answers of a model are read.

    Args:
        serving: What is served of the model.
        negative, below: As of `outcomes_of`.
        head: The head that tells the mood; None for the only one that can.
        topics: The head whose labels are topics, if any.

    Raises:
        DataError: the model has no such head, none or several that can tell the mood, or as of `outcomes_of`.
    """
    if not isinstance(serving, MultitaskServing):
        for option, name in (("--head", head), ("--topics", topics)):
            if name is not None:
                raise DataError(f"This model has one task and no head {name!r}.", where=option, hint=f"remove {option}")
        return AnswerReader(outcomes_of(serving, negative=negative, below=below), serving)

    def outcomes_of_head(name: str) -> Outcomes:
        return outcomes_of(heads[name], negative=negative, below=below)

    heads = serving.heads
    mood = _only_possible(heads, outcomes_of_head) if head is None else _known(head, heads, option="--head")
    outcomes = outcomes_of_head(mood)
    if topics is None:
        return AnswerReader(outcomes, heads[mood], mood)
    topic = _topic_head(topics, heads, mood)
    return AnswerReader(outcomes, heads[mood], mood, topic, heads[topic])


def _known(name: str, heads: Mapping[str, TaskServing], *, option: str) -> str:
    if name not in heads:
        raise DataError(
            f"The model has no head {name!r}.",
            where=option,
            hint=did_you_mean(name, heads) or f"its heads are {', '.join(heads)}",
        )
    return name


def _topic_head(name: str, heads: Mapping[str, TaskServing], mood: str) -> str:
    found = _known(name, heads, option="--topics")
    others = [other for other, serving in heads.items() if other != mood and answers_with_labels(serving)]
    if found not in others:
        raise DataError(
            f"The head {name!r} gives no topics: it "
            + ("tells the mood." if found == mood else "answers with something else than one label."),
            where="--topics",
            hint=f"one that could: {others[0]}" if others else "topics need another head of the task classify",
        )
    return found


def _only_possible(heads: Mapping[str, TaskServing], outcomes_of_head: Callable[[str], Outcomes]) -> str:
    possible, problems = [], list[str]()
    for name in heads:
        try:
            outcomes_of_head(name)
            possible.append(name)
        except DataError as problem:
            problems.append(f"{name}: {problem.what}")
    if len(possible) == 1:
        return possible[0]
    if possible:
        raise DataError(
            f"Several heads of the model could be monitored: {', '.join(possible)}.",
            where="MODEL",
            hint=f"name one: --head {possible[0]}",
        )
    raise DataError(
        "No head of the model can be monitored this way:",
        where="MODEL",
        problems=problems,
        hint="name a negative label with --negative, or for a regression head a limit with --below",
    )
