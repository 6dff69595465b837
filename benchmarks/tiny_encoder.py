"""An encoder with random weights that trains in milliseconds, for what depends on no quality."""

import json
import pathlib

_CONFIG = {
    "model_type": "bert",
    "vocab_size": 30522,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "max_position_embeddings": 64,
    "type_vocab_size": 2,
    "hidden_act": "gelu",
    "hidden_dropout_prob": 0.1,
    "attention_probs_dropout_prob": 0.1,
    "layer_norm_eps": 1e-12,
    "initializer_range": 0.2,
    "pad_token_id": 0,
}
_TOKENIZER = ("vocab.txt", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")


def write_tiny_encoder(folder: pathlib.Path, *, tokenizer_folder: pathlib.Path, width: int = 16) -> pathlib.Path:
    """Write config, weights and links to the files of a tokenizer of 30,522 pieces into an empty folder; returns it.

    Native layers need a width of 64.
    """
    import tf_keras as keras

    from bert_tf.models.encoder import make_encoder, save_weights
    from bert_tf.models.encoders.encoder_config import load_config
    from bert_tf.models.encoders.transformer_encoder import transformer_of

    for name in _TOKENIZER:
        (folder / name).symlink_to(tokenizer_folder.resolve() / name)
    (folder / "config.json").write_text(json.dumps({**_CONFIG, "hidden_size": width, "intermediate_size": 2 * width}))
    keras.utils.set_random_seed(1)
    encoder = transformer_of(make_encoder(load_config(folder)))
    save_weights(encoder, folder / "model.safetensors", with_pooler=encoder.pooler is not None)
    return folder
