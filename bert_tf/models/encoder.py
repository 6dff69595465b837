"""The encoder of a folder: with its weights, or with none yet."""

import pathlib
from collections.abc import Callable, Mapping

import numpy as np
import safetensors.numpy
import tensorflow as tf

from bert_tf.models.encoders.bag_of_pieces import BagOfPieces
from bert_tf.models.encoders.bilstm_encoder import BiLSTMEncoder
from bert_tf.models.encoders.built_layers import Initializer, InitialValues, no_values, random_values
from bert_tf.models.encoders.encoder_config import EncoderConfig, load_config
from bert_tf.models.encoders.text_encoder import TextEncoder
from bert_tf.models.encoders.tf_bert import TFBertModel
from bert_tf.models.encoders.tf_distilbert import TFDistilBertModel
from bert_tf.models.encoders.tf_electra import TFElectraModel
from bert_tf.models.encoders.tf_mpnet import TFMPNetModel
from bert_tf.models.encoders.tf_roberta import TFRobertaModel
from bert_tf.models.encoders.transformer_encoder import TransformerEncoder
from bert_tf.models.encoders.weight_files import WeightFiles, open_weights
from bert_tf.models.encoders.weight_match import match_weights
from bert_tf.models.encoders.weight_names import WeightPlace, weight_places
from bert_tf.models.pooling import GivenVectors
from bert_tf.pretrained import trained_vector

_MODELS: Mapping[str, Callable[[EncoderConfig, InitialValues | None], TextEncoder]] = {
    "bert": TFBertModel,
    "bilstm": BiLSTMEncoder,
    "bow": BagOfPieces,
    "camembert": TFRobertaModel,
    "distilbert": TFDistilBertModel,
    "electra": TFElectraModel,
    "mpnet": TFMPNetModel,
    "roberta": TFRobertaModel,
    "xlm-roberta": TFRobertaModel,
}


def make_encoder(config: EncoderConfig, initial: InitialValues | None = None) -> TextEncoder:
    """An encoder of the configuration's family; see the classes."""
    return _MODELS[config.family](config, initial)


def load_encoder(folder: pathlib.Path) -> tuple[TextEncoder, GivenVectors]:
    """The encoder of a folder with its weights, and which vectors of a text it gives with these.

    One that is not pretrained gets random weights; a `BagOfPieces` has to `learn` besides.

    Raises:
        ModelError: as `load_config`, `open_weights`, `match_weights` and `trained_vector`.
    """
    config = load_config(folder)
    if not config.is_pretrained:
        return make_encoder(config), GivenVectors()
    places = weight_places(config)
    with open_weights(folder) as weights:
        found = match_weights(places, weights, config, folder)
        encoder = make_encoder(config, _values_of(places, found, weights, random_values(config.initializer_range)))
    return encoder, GivenVectors(pooler="pooler/kernel" in found, trained=trained_vector(folder))


def blank_encoder(folder: pathlib.Path) -> TextEncoder:
    """The encoder that a folder's config.json describes, with zeros for weights, for a checkpoint to fill."""
    return make_encoder(load_config(folder), no_values)


def save_weights(encoder: TransformerEncoder, path: pathlib.Path, *, with_pooler: bool) -> None:
    """Write an encoder's weights as a safetensors file with PyTorch's names, which transformers reads too."""
    places = weight_places(encoder.config)
    tensors = {
        places[path].name: np.ascontiguousarray(variable.numpy().T if places[path].transposed else variable.numpy())
        for path, variable in encoder.paths().items()
        if with_pooler or not path.startswith("pooler/")
    }
    safetensors.numpy.save_file(tensors, path, metadata={"format": "pt"})


def _values_of(
    places: Mapping[str, WeightPlace], found: Mapping[str, str], weights: WeightFiles, others: InitialValues
) -> InitialValues:
    """Each variable's own tensor, read when it is made; of those that are not found what `others` gives."""

    def initial(path: str) -> Initializer:
        if path not in found:
            return others(path)

        def read(shape: tf.TensorShape, dtype: tf.DType | None = None, **_: object) -> np.ndarray:
            del shape, dtype
            tensor = weights.read(found[path])
            return np.ascontiguousarray(tensor.T) if places[path].transposed else tensor

        return read

    return initial
