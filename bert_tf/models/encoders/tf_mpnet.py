"""MPNet: Song et al., "MPNet: Masked and Permuted Pre-training for Language Understanding", 2020."""

from typing import ClassVar

from bert_tf.models.encoders.transformer_encoder import TransformerEncoder


class TFMPNetModel(TransformerEncoder):
    """BERT's layers without segments; relative positions are added to all scores, beside the absolute ones."""

    embeddings_come_last: ClassVar[bool] = True
