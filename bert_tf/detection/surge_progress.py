"""How far a detector has come: sums of evidence, what was seen since each began, and alarms."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from bert_tf.detection.alarm import Alarm, difference
from bert_tf.detection.alarm_limits import AlarmLimits
from bert_tf.detection.buckets import calendar
from bert_tf.detection.cusum import Cusums
from bert_tf.detection.evidence import surge_evidence
from bert_tf.detection.quiet_pattern import QuietPattern
from bert_tf.detection.tally import Counted, Tally


@dataclass(frozen=True)
class Surge:
    """What an alarm is about.

    Attributes:
        raised: End of the bucket that raised it, in Unix seconds.
        seen: From its estimated beginning to the last bucket that spoke for it.
        since_then: With the buckets behind that, which may speak for its end.
        strength: The most that its evidence had.
        ended: Whether it has.
    """

    raised: int
    seen: Tally
    since_then: Tally
    strength: float
    ended: bool = False

    def alarm(self, number: int, *, pattern: QuietPattern, limits: AlarmLimits, settled: bool) -> Alarm:
        """As it is told."""
        share, before = self.seen.share(), self.seen.before(pattern)
        return Alarm(
            number=number,
            raised=self.raised,
            since=self.seen.since,
            until=self.seen.until,
            ended=self.seen.until if self.ended else None,
            texts=self.seen.texts,
            negatives=self.seen.negatives,
            before=before,
            share=share,
            difference=difference(share, before),
            days_between=limits.days_between(self.strength),
            provisional=not settled,
        )

    @classmethod
    def of_state(cls, state: Mapping[str, Any]) -> Self:
        """From what `dataclasses.asdict` gave, or JSON made of it."""
        return cls(**{**state, "seen": Tally(**state["seen"]), "since_then": Tally(**state["since_then"])})


@dataclass(frozen=True)
class Progress:
    """Of a detector after some bucket.

    Attributes:
        evidence: For each size of a surge, [J].
        usual: For the return to normal.
        alarmed: Whether an alarm is on, which is the last of `surges`.
        tallies: Since each sum was 0 last, [J].
        surges: All so far.
    """

    evidence: tuple[float, ...]
    usual: float
    alarmed: bool
    tallies: tuple[Tally, ...]
    surges: tuple[Surge, ...]

    @classmethod
    def at_rest(cls, sizes: int) -> Self:
        """Before the first bucket."""
        return cls((0.0,) * sizes, 0.0, False, (Tally(),) * sizes, ())

    @property
    def raised(self) -> int:
        """How many alarms."""
        return len(self.surges)

    def after(self, bucket: Counted, *, pattern: QuietPattern, limits: AlarmLimits) -> "Progress":
        """One bucket later."""
        when = calendar(np.array([bucket.start]), pattern.zone)
        logit = float(pattern.logits(when)[0]) + bucket.offset
        ratios = surge_evidence(
            np.array(bucket.texts),
            np.array(bucket.negatives),
            np.array(logit),
            dispersion=pattern.dispersion.value,
            odds_ratios=limits.odds_ratios,
        )
        sums = Cusums(np.array(self.evidence), np.array(self.usual), np.array(self.alarmed))
        raised = bool(sums.add(ratios, np.array(limits.limits)))
        evidence = tuple(map(float, sums.evidence))
        day = int(when.days[0])
        tallies = tuple(
            tally.plus(bucket, pattern=pattern, logit=logit, day=day) if now > 0 else Tally()
            for now, tally in zip(evidence, self.tallies, strict=True)
        )
        surges = self.surges
        if raised:
            strongest = _strongest(evidence, limits)
            seen = tallies[strongest]
            surges += (Surge(bucket.start + pattern.seconds, seen, seen, limits.strength_of(evidence)),)
        elif self.alarmed:
            seen = surges[-1].since_then.plus(bucket, pattern=pattern, logit=logit, day=day)
            speaks = float(sums.usual) == 0 and bool(sums.alarmed)
            surges = (*surges[:-1], self._later(surges[-1], seen, speaks, bool(sums.alarmed), evidence, limits))
        return Progress(evidence, float(sums.usual), bool(sums.alarmed), tallies, surges)

    @staticmethod
    def _later(
        surge: Surge, seen: Tally, speaks: bool, still_on: bool, evidence: tuple[float, ...], limits: AlarmLimits
    ) -> Surge:
        return dataclasses.replace(
            surge,
            since_then=seen,
            seen=seen if speaks else surge.seen,
            strength=max(surge.strength, limits.strength_of(evidence)) if still_on else surge.strength,
            ended=not still_on,
        )

    def alarms(self, pattern: QuietPattern, limits: AlarmLimits, *, settled: int) -> tuple[Alarm, ...]:
        """As they are told; the first `settled` can't go away any more."""
        return tuple(
            surge.alarm(number, pattern=pattern, limits=limits, settled=number <= settled)
            for number, surge in enumerate(self.surges, start=1)
        )

    def state(self) -> dict[str, Any]:
        """For JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def of_state(cls, state: Mapping[str, Any]) -> Self:
        """From what `state` gave, or JSON made of it."""
        return cls(
            evidence=tuple(state["evidence"]),
            usual=state["usual"],
            alarmed=state["alarmed"],
            tallies=tuple(Tally(**values) for values in state["tallies"]),
            surges=tuple(Surge.of_state(values) for values in state["surges"]),
        )


def _strongest(evidence: tuple[float, ...], limits: AlarmLimits) -> int:
    """Of the sums that have reached their limits, the one furthest above by its own scale."""
    above = [(sum_ - start) / scale for sum_, start, scale in zip(evidence, limits.starts, limits.scales, strict=True)]
    return int(np.argmax(above))
