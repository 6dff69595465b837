"""What a task says on a report's page of its answers; the page around it is the same for every task."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from markupsafe import Markup

from bert_tf.report.findings import Finding
from bert_tf.report.shown_examples import Example

if TYPE_CHECKING:
    from rich.console import RenderableType

    from bert_tf.report.contents import Contents
    from bert_tf.report.measured import Measured

_NOTHING = Markup()


@dataclass(frozen=True)
class Card:
    """A figure at the top of the page: its `name`, its `value` as it is written, and a `note` below it."""

    name: str
    value: str
    note: str


@dataclass(frozen=True)
class Section:
    """A part of the page.

    Attributes:
        id: Of its heading, which findings point to.
        link: What it is called in the list of sections.
        html: A `<section>`.
    """

    id: str
    link: str
    html: Markup


@dataclass(frozen=True)
class ExampleGroup:
    """Texts of one kind, such as the most confident mistakes.

    Attributes:
        title: Above them.
        examples: The one to read first comes first.
        none: A sentence in their place where there are none.
        below: What stands below them, such as a table of all mistakes.
    """

    title: str
    examples: Sequence[Example]
    none: str
    below: Markup = _NOTHING


@dataclass(frozen=True)
class Unlearned:
    """What gives every text the same answer.

    Attributes:
        name: Such as `always predicting “sport”`.
        score: By the measure that tells most.
    """

    name: str
    score: float


@dataclass(frozen=True)
class Sections:
    """What a task says of a run's answers, in the order of the page.

    Attributes:
        headline: One sentence: how good the model is.
        cards: Figures beside the followed measures.
        findings: What to know before one relies on the scores, beside what is checked for every task.
        results: Sections in front of the texts; the first is what a finding on the scores points to.
        texts: Groups of texts; none without answers.
        words: What a marked word does that speaks for the answer, and what one does that speaks against it.
        details: Sections behind the texts.
        of_data: What answers say of the data.
        unlearned: What the model has to beat; None without answers.
    """

    headline: str
    cards: Sequence[Card] = ()
    findings: Sequence[Finding] = ()
    results: Sequence[Section] = ()
    texts: Sequence[ExampleGroup] = ()
    words: tuple[str, str] = ("", "")
    details: Sequence[Section] = ()
    of_data: Markup = _NOTHING
    unlearned: Unlearned | None = None


class TaskReport(Protocol):
    """What a task's report is made of; `report.py` of each task."""

    def rows_to_explain(self, found: "Measured") -> Mapping[int, int]:
        """The rows whose texts the page shows, the one to read first first, each with the target of the output that
        its words are held against; see `Explainer.explain`."""

    def sections(self, contents: "Contents") -> Sections:
        """Of a run that was measured.

        Args:
            contents: Has the answers as `found` where they were kept; else only its `metrics` are there.
        """

    def tables(self, metrics: Mapping[str, Any]) -> "Sequence[RenderableType]":
        """What the terminal shows of a split's metrics below the line of figures."""
