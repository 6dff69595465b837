"""ELECTRA: Clark et al., "ELECTRA: Pre-training Text Encoders as Discriminators Rather Than Generators", 2020."""

from bert_tf.models.encoders.transformer_encoder import TransformerEncoder


class TFElectraModel(TransformerEncoder):
    """BERT's layers without a pooler; in small models the tables are narrower than the layers and are projected."""
