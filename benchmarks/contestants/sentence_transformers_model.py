"""sentence-transformers' model and loss, as a recipe of `embed` has them."""

from collections.abc import Mapping
from typing import Any

from sentence_transformers import SentenceTransformer, losses, models

TEMPERATURE = 0.05


def make_model(options: Mapping[str, Any]) -> SentenceTransformer:
    """Mean pooling over an encoder; options: encoder (a folder), max_tokens (512)."""
    encoder = models.Transformer(options["encoder"], max_seq_length=options.get("max_tokens", 512))
    pooling = models.Pooling(encoder.get_embedding_dimension(), pooling_mode="mean")
    return SentenceTransformer(modules=[encoder, pooling], device="cpu")


def make_loss(model: SentenceTransformer) -> losses.MultipleNegativesRankingLoss:
    """In-batch negatives by cosine, in one direction."""
    return losses.MultipleNegativesRankingLoss(model, scale=1 / TEMPERATURE)
