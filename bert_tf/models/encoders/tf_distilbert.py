"""DistilBERT: Sanh et al., "DistilBERT, a distilled version of BERT: smaller, faster, cheaper and lighter", 2019."""

from bert_tf.models.encoders.transformer_encoder import TransformerEncoder


class TFDistilBertModel(TransformerEncoder):
    """Half of BERT's layers, without segments and without a pooler; training drops nothing behind attention."""
