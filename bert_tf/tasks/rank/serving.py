"""What is served of rankings: vectors of items; users and scores by signatures of their own."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bert_tf.documents import check_table
from bert_tf.errors import EXPORT_AGAIN, VerifyError
from bert_tf.tasks.embed.serving import EmbedServing

if TYPE_CHECKING:
    from bert_tf.export.card_words import CardWords


class RankServing(EmbedServing):
    """See `TaskServing`. Of single texts, which are items, the output is `vector`, float32 [N, H], of length 1.

    Args:
        facts: Of a run or of a manifest's `vectors`: `history`, items that are read of one at most.

    Raises:
        VerifyError: there is no such fact.
    """

    def __init__(self, facts: Mapping[str, Any]) -> None:
        try:
            self._history = check_table(facts, {"history": int})["history"]
        except ValueError as problem:
            raise VerifyError(
                f"The exported model's manifest doesn't say how much of a history it reads: {problem}.",
                where="manifest.json: vectors",
                hint=EXPORT_AGAIN,
            ) from problem

    def manifest_facts(self) -> dict[str, Any]:
        """`vectors`: what they are, and how long a history may be."""
        return {"vectors": {"length": 1, "history": self._history}}

    def card(
        self, measured: Mapping[str, Any], data: Mapping[str, Any], compared: Mapping[str, Any] | None
    ) -> "CardWords":
        """See `TaskServing`."""
        from bert_tf.tasks.rank.card import card_words

        return card_words(measured, data, compared)
