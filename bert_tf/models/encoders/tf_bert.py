"""BERT: Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding", 2019."""

from bert_tf.models.encoders.transformer_encoder import TransformerEncoder


class TFBertModel(TransformerEncoder):
    """Absolute positions, segments, and a pooler that pretraining trains on whether two sentences belong together."""
