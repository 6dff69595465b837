"""The labels that rows may have: those that a recipe gives, else those of its training rows."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bert_tf.data.bad_rows import BadRows
from bert_tf.data.causes import Explanation, Surroundings
from bert_tf.data.labels import LabelNames, Spelling, alike, commonest, given_names, sorted_names
from bert_tf.data.unknown_labels import explain_unknown_labels


class KnownLabels(NamedTuple):
    """Immutable: `of_rows` makes other ones.

    Attributes:
        merges: Whether labels of one `spelling_key` are one, named as most training rows have it.
        names: None before the training rows are read, where no labels are given.
        are_given: Whether the recipe gives them.
    """

    merges: bool = False
    names: LabelNames | None = None
    are_given: bool = False

    @classmethod
    def given(cls, labels: Sequence[str] | None, *, merges: bool, where: str = "data.labels") -> "KnownLabels":
        """Those of the key `where` of a recipe, if it has any; raises DataError where two of them are one."""
        if labels is None:
            return cls(merges)
        return cls(merges, LabelNames(given_names(labels, merge=merges, where=where), merge=merges), are_given=True)

    def name_of(self, label: str) -> str | None:
        """The name that a spelling stands for; None for an unknown label. Before any are known, each is a name."""
        return label if self.names is None else self.names.name_of(label)

    def of_rows(self, labels: Iterable[str], spellings: Sequence[Spelling]) -> "KnownLabels":
        """With the labels of the training rows, where none are known yet; arguments as of `Target.with_labels_of`."""
        if self.names is not None:
            return self
        renamed = commonest(alike(spellings)) if self.merges else {}
        names = dict.fromkeys((renamed.get(label, label) for label in labels) if renamed else labels)
        return self._replace(names=LabelNames(names, merge=self.merges))

    def ordered(self, seen: Iterable[str]) -> LabelNames:
        """In the order of the outputs: as given, else by value if all are numbers, else by text.

        Args:
            seen: Labels of the training rows, which are all that there are where none are known.
        """
        names = tuple(seen) if self.names is None else self.names.names
        return LabelNames(names if self.are_given else sorted_names(names), merge=self.merges)

    def explain(self, found: BadRows, around: Surroundings) -> Explanation:
        """What is wrong with rows whose label is none of them."""
        names = () if self.names is None else self.names.names
        return explain_unknown_labels(found, around, names=names, are_given=self.are_given)
