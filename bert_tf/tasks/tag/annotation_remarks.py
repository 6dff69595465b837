"""What a file's owner should know of its annotations: how they are written, and which rows are left out."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bert_tf.data.rows import Remark
from bert_tf.tasks.tag.tag_sequences import Beginnings

SHOWN = 3  # places of a kind


@dataclass
class AnnotationRemarks:
    """What is told of a file of texts with entities, once it is read.

    Attributes:
        beginnings: Of its tags.
        inside: The first entities that begin or end inside a word, with their places.
        cut_words: How many of those there are.
        put_aside, skipped: Places of rows that are left out.
    """

    beginnings: Beginnings = field(default_factory=Beginnings)
    inside: list[str] = field(default_factory=list)
    cut_words: int = 0
    put_aside: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def add(self, other: "AnnotationRemarks", *, times: int) -> None:
        """Count what other rows have that are `times` there."""
        self.beginnings.add(other.beginnings, times=times)
        self.cut_words += times * other.cut_words

    def lacks_places(self, other: "AnnotationRemarks") -> bool:
        """Whether another has places of which some should be shown."""
        return self.beginnings.lacks_places(other.beginnings) or (other.cut_words > 0 and len(self.inside) < SHOWN)

    def remarks(self) -> Iterator[Remark]:
        """A sentence for each kind."""
        said = self.beginnings.remark()
        if said:
            yield Remark(said)
        reasons = {
            "whose annotator's answer is reject or ignore": self.put_aside,
            "that no annotator has finished": self.skipped,
        }
        for reason, places in reasons.items():
            if places:
                many = "1 row is" if len(places) == 1 else f"{len(places):,} rows are"
                shown = ", ".join(places[:SHOWN]) + (", …" if len(places) > SHOWN else "")
                yield Remark(f"{many} left out {reason}: {shown}")
        if self.cut_words:
            more = ", …" if self.cut_words > len(self.inside) else ""
            many = "1 entity begins or ends" if self.cut_words == 1 else f"{self.cut_words:,} entities begin or end"
            yield Remark(f"{many} inside a word, which is taken whole: {', '.join(self.inside)}{more}")
