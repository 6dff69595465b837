"""Writing `hub/preprocessor` and `hub/encoder`, with the files that transformers and bert_tf read an encoder from."""

import pathlib
import shutil

import tensorflow as tf

from bert_tf.export.hub.hub_encoder import make_encoder
from bert_tf.export.hub.preprocessor import make_preprocessor
from bert_tf.models.encoder import longest_input
from bert_tf.models.encoder_sources import HUB_MODULE_FILES
from bert_tf.models.text_model import TextModel
from bert_tf.text.tokenizer import WordpieceTokenizer

_WEIGHTS = "model.safetensors"


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
        model: Fine-tuned, on transformers' graph.
        pooling: Of the model.
        encoder_folder: Holds the encoder's config and tokenizer, and nothing else.
        tokenizer: In the graph, or None.
        max_tokens: Rows are so long unless another length is asked for.
    """
    if tokenizer is not None:
        longest = longest_input(model.encoder.config)
        preprocessor = make_preprocessor(tokenizer, seq_length=max_tokens, longest=longest)
        tf.saved_model.save(preprocessor, str(folder / "preprocessor"))
    tf.saved_model.save(make_encoder(model, pooling=pooling), str(folder / "encoder"))
    _write_files(folder / "encoder" / HUB_MODULE_FILES, model, pooling=pooling, encoder_folder=encoder_folder)


def _write_files(folder: pathlib.Path, model: TextModel, *, pooling: str, encoder_folder: pathlib.Path) -> None:
    from safetensors.numpy import load_file, save_file

    model.encoder.save_pretrained(folder, safe_serialization=True)
    if pooling != "pooler":
        # It was not trained, and whoever finds one takes it for trained.
        weights = {name: array for name, array in load_file(folder / _WEIGHTS).items() if "pooler" not in name}
        save_file(weights, folder / _WEIGHTS, metadata={"format": "tf"})
    # After the weights: the config that comes with them names the folder that the encoder was loaded from.
    shutil.copytree(encoder_folder, folder, dirs_exist_ok=True)
