"""The parts of a report's page that tell of several heads."""

import dataclasses
import re
from collections.abc import Sequence

from markupsafe import Markup

from bert_tf.plurals import capitalized
from bert_tf.report.contents import Contents
from bert_tf.report.findings import Finding
from bert_tf.report.sections import Card, ExampleGroup, Section, Sections
from bert_tf.tasks.multitask.head_contents import head_contents
from bert_tf.tasks.multitask.heads import Head

# Where HTML and the drawings in it name an element: the same task may stand on a page twice.
_NAMED = re.compile(r"""(\b(?:id|for|aria-labelledby|data-rows)="|href="\#|url\(\#)""")


def sections(heads: Sequence[Head], contents: Contents) -> Sections:
    """Those of each head, one behind the other."""
    found = [(head.name, head.task.report().sections(head_contents(head, heads, contents))) for head in heads]
    return Sections(
        headline=" ".join(f"{name}: {said.headline}" for name, said in found),
        cards=[_card(name, card) for name, said in found for card in said.cards],
        findings=[finding for name, said in found for finding in _findings(name, said)],
        results=[_section(name, section) for name, said in found for section in said.results],
        texts=[_group(name, group) for name, said in found for group in said.texts],
        words=("support the prediction of the head or a larger number", "speak against it"),
        details=[_section(name, section) for name, said in found for section in said.details],
        of_data=Markup("").join(with_own_ids(name, said.of_data) for name, said in found),
        unlearned=found[0][1].unlearned,
    )


def with_own_ids(name: str, html: Markup) -> Markup:
    """HTML whose elements have ids that begin with a head's name, in what points to them too."""
    return Markup(_NAMED.sub(lambda match: f"{match[1]}{name}-", str(html)))


def _card(name: str, card: Card) -> Card:
    """As the cards of measures are called."""
    own = card.name if card.name[:2].isupper() else f"{card.name[:1].lower()}{card.name[1:]}"
    return dataclasses.replace(card, name=capitalized(f"{name} {own}"))


def _section(name: str, section: Section) -> Section:
    heading = re.sub(r"(<h2[^>]*>)", lambda match: f"{match[1]}{name}: ", str(section.html), count=1)
    return Section(f"{name}-{section.id}", f"{name}: {section.link}", with_own_ids(name, Markup(heading)))


def _findings(name: str, said: Sections) -> list[Finding]:
    own = {section.id for section in (*said.results, *said.details)}
    return [
        dataclasses.replace(
            finding,
            text=f"{name}: {finding.text}",
            section=f"{name}-{finding.section}" if finding.section in own else finding.section,
        )
        for finding in said.findings
    ]


def _group(name: str, group: ExampleGroup) -> ExampleGroup:
    return dataclasses.replace(group, title=f"{name}: {group.title}", below=with_own_ids(name, group.below))
