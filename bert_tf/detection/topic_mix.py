"""Whether people are more negative, or only speak of other topics than before."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from scipy.special import expit, logit

from bert_tf.detection.alarm import Estimate
from bert_tf.detection.quiet_pattern import Effects
from bert_tf.errors import DataError

_DRAWS = 2000
_TAILS = (0.025, 0.975)


class TopicCount(NamedTuple):
    """Texts of a topic, and how many of them are negative."""

    texts: int
    negatives: int


@dataclass(frozen=True)
class TopicRates:
    """Usual shares of negatives by topic, and the usual mix of topics.

    A detector that is given `offset` expects of each bucket what its topics let expect: a risk-adjusted cumulative sum
    (Steiner et al. 2000), which another mix doesn't alarm.

    Attributes:
        logits: Of the shares, by topic; shrunk towards the share of all texts by how few texts a topic has.
        level: Logit of the share of all texts.
        mix: Share of the texts by topic.
    """

    logits: Mapping[str, float]
    level: float
    mix: Mapping[str, float]

    @classmethod
    def learn(cls, quiet: Mapping[str, TopicCount]) -> Self:
        """From the counts of a quiet period.

        Raises:
            DataError: No texts, all of one mood, or a count of negatives that can't be.
        """
        texts, negatives = _arrays(quiet, list(quiet))
        if not 0 < negatives.sum() < texts.sum():
            raise DataError("The topics' texts of the quiet period are none, or all of one mood.")
        level = float(logit(negatives.sum() / texts.sum()))
        # Half a text more of each mood, so that no logit is infinite (Anscombe 1956).
        found = np.log((negatives + 0.5) / (texts - negatives + 0.5)) - level
        variances = 1 / (negatives + 0.5) + 1 / (texts - negatives + 0.5)
        effects = Effects.shrunk(found, variances)
        logits = dict(zip(quiet, (level + np.array(effects.values)).tolist(), strict=True))
        return cls(logits, level, dict(zip(quiet, (texts / texts.sum()).tolist(), strict=True)))

    def offset(self, texts: Mapping[str, int]) -> float:
        """How far the topics of a bucket move the logit of the expected share; 0 without texts.

        Args:
            texts: By topic. Of one that the quiet period has not, the share of all texts is expected.
        """
        if not sum(texts.values()):
            return 0.0
        return float(logit(self._share(texts)) - logit(self._share(self.mix)))

    def _share(self, weights: Mapping[str, float]) -> float:
        shares = {topic: float(expit(self.logits.get(topic, self.level))) for topic in weights}
        return sum(weights[topic] * shares[topic] for topic in weights) / math.fsum(weights.values())

    @classmethod
    def of_state(cls, state: Mapping[str, Any]) -> Self:
        """From what `dataclasses.asdict` gave, or JSON made of it."""
        return cls(**state)


@dataclass(frozen=True)
class TopicSplit:
    """A difference of two shares of negatives, in two parts that add up to it.

    Attributes:
        difference: Share since less share before.
        mix: What follows from the mix of topics alone: the share that the old shares of the new topics make, less the
            share before.
        mood: What is left: how much more negative texts of the same topics are.
        topics: The difference within each topic that both times have texts of.
    """

    difference: Estimate
    mix: Estimate
    mood: Estimate
    topics: Mapping[str, Estimate]

    @property
    def only_mix(self) -> bool:
        """Whether the mix alone may explain it: the interval of `mood` has 0 in it, and that of `mix` has not."""
        return self.mood.low <= 0 <= self.mood.high and not self.mix.low <= 0 <= self.mix.high


def explain_by_topics(
    *, before: Mapping[str, TopicCount], since: Mapping[str, TopicCount], seed: int = 0
) -> TopicSplit:
    """Tell another mood from another mix of topics by the rates before (Kitagawa 1955; Oaxaca 1973).

    A topic that is new has no rate before; what it adds counts as mix. Intervals are percentiles of 2,000 draws of
    mixes and shares, from Dirichlet and beta distributions.

    Args:
        before: Counts by topic in quiet time.
        since: Counts since a surge began.
        seed: Of the draws.

    Raises:
        DataError: No texts at one of the times, or a count of negatives that can't be.
    """
    topics = sorted({*before, *since})
    counts = [_arrays(times, topics) for times in (before, since)]
    for (texts, _), when in zip(counts, ("before", "since"), strict=True):
        if not texts.sum():
            raise DataError(f"There are no texts {when} the surge to compare topics of.")
    generator = np.random.default_rng(seed)
    seen = _parts([(_safe_share(texts, texts.sum()), _safe_share(bad, texts)) for texts, bad in counts], counts)
    drawn = _parts([_drawn(generator, texts, bad) for texts, bad in counts], counts)
    whole, mix, mood, within = (_estimates(value, draws) for value, draws in zip(seen, drawn, strict=True))
    both = (counts[0][0] > 0) & (counts[1][0] > 0)
    return TopicSplit(
        whole[0], mix[0], mood[0], {topic: within[place] for place, topic in enumerate(topics) if both[place]}
    )


_Counts = tuple[np.ndarray, np.ndarray]


def _parts(shares: list[_Counts], counts: list[_Counts]) -> tuple[np.ndarray, ...]:
    """Difference, mix, mood, [..., 1], and differences within topics, [..., S], of weights and shares [..., S]."""
    (weights_before, before), (weights_since, since) = shares
    before = np.where(counts[0][0] > 0, before, since)
    since = np.where(counts[1][0] > 0, since, before)
    mix = ((weights_since - weights_before) * before).sum(-1, keepdims=True)
    mood = (weights_since * (since - before)).sum(-1, keepdims=True)
    return mix + mood, mix, mood, since - before


def _drawn(generator: np.random.Generator, texts: np.ndarray, negatives: np.ndarray) -> _Counts:
    """Mixes, and shares of negatives by topic, float64 [2000, S] each."""
    weights = np.zeros((_DRAWS, len(texts)))
    weights[:, texts > 0] = generator.dirichlet(texts[texts > 0], _DRAWS)
    return weights, generator.beta(negatives + 0.5, texts - negatives + 0.5, (_DRAWS, len(texts)))


def _estimates(values: np.ndarray, drawn: np.ndarray) -> list[Estimate]:
    low, high = np.quantile(drawn, _TAILS, axis=0)
    return [
        Estimate(float(value), float(min(value, below)), float(max(value, above)))
        for value, below, above in zip(values, low, high, strict=True)
    ]


def _safe_share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.zeros(len(part)), where=np.asarray(whole) > 0)


def _arrays(counts: Mapping[str, TopicCount], topics: list[str]) -> _Counts:
    """Texts and negatives by topic, int64 [S] each, 0 for a topic that is not there."""
    table = np.array([counts.get(topic, TopicCount(0, 0)) for topic in topics], np.int64).reshape(-1, 2)
    for topic, (texts, negatives) in zip(topics, table.tolist(), strict=True):
        if not 0 <= negatives <= texts:
            raise DataError(f"{negatives} of {texts} texts about {topic!r} are counted as negative.")
    return table[:, 0], table[:, 1]
