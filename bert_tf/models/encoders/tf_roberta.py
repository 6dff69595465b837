"""RoBERTa, XLM-RoBERTa and CamemBERT, which differ in their texts and tokenizers only.

Liu et al., "RoBERTa: A Robustly Optimized BERT Pretraining Approach", 2019; Conneau et al., "Unsupervised Cross-lingual
Representation Learning at Scale", 2020; Martin et al., "CamemBERT: a Tasty French Language Model", 2020.
"""

from typing import ClassVar

from bert_tf.models.encoders.transformer_encoder import TransformerEncoder


class TFRobertaModel(TransformerEncoder):
    """BERT's layers; positions begin behind the padding's id, and there is one segment."""

    embeddings_come_last: ClassVar[bool] = True
