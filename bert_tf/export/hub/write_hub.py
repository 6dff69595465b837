"""Writing `hub/preprocessor` and `hub/encoder`, with the files that transformers and bert_tf read an encoder from."""

import pathlib
import shutil

import tensorflow as tf

from bert_tf.export.hub.hub_encoder import make_encoder
from bert_tf.export.hub.preprocessor import make_preprocessor
from bert_tf.models.encoder import save_weights
from bert_tf.models.encoder_sources import HUB_MODULE_FILES
from bert_tf.models.encoders.transformer_encoder import transformer_of
from bert_tf.models.encoders.weight_files import WEIGHTS
from bert_tf.models.text_model import TextModel
from bert_tf.pretrained import write_trained_vector
from bert_tf.text.tokenizer import WordpieceTokenizer


def write_hub(
    folder: pathlib.Path,
    *,
    model: TextModel,
    pooling: str,
    encoder_folder: pathlib.Path,
    tokenizer: WordpieceTokenizer | None,
    max_tokens: int,
) -> None:
    """Write the pair.

    Args:
        folder: Gets `preprocessor`, unless there is no tokenizer for it, and `encoder`.
        model: A transformer, fine-tuned, on the reference graph.
        pooling: Of the model.
        encoder_folder: Holds the encoder's config and tokenizer, and nothing else.
        tokenizer: In the graph, or None.
        max_tokens: Rows are so long unless another length is asked for.
    """
    if tokenizer is not None:
        longest = model.encoder.config.longest_input
        preprocessor = make_preprocessor(tokenizer, seq_length=max_tokens, longest=longest)
        tf.saved_model.save(preprocessor, str(folder / "preprocessor"))
    tf.saved_model.save(make_encoder(model, pooling=pooling), str(folder / "encoder"))
    files = folder / "encoder" / HUB_MODULE_FILES
    shutil.copytree(encoder_folder, files)
    # One that was not trained is left out: whoever finds a pooler takes it for trained.
    trained = pooling if pooling in ("first", "mean", "max") else None
    write_trained_vector(files, trained, size=model.encoder.config.hidden_size)
    save_weights(transformer_of(model.encoder), files / WEIGHTS, with_pooler=pooling == "pooler")
