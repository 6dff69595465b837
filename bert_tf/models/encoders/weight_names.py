"""Where an encoder's variables stand in safetensors files: under PyTorch's names, as transformers writes them."""

import dataclasses
from collections.abc import Iterable, Mapping

from bert_tf.models.encoders.encoder_config import EncoderConfig

_TABLES = {
    "embeddings/words": "embeddings.word_embeddings.weight",
    "embeddings/segments": "embeddings.token_type_embeddings.weight",
    "embeddings/positions": "embeddings.position_embeddings.weight",
    "relative_positions/table": "encoder.relative_attention_bias.weight",
}
_AROUND = {"embeddings/norm": "embeddings.LayerNorm", "projection": "embeddings_project", "pooler": "pooler.dense"}
_BERT_LAYER = {
    "query": "encoder.layer.{}.attention.self.query",
    "key": "encoder.layer.{}.attention.self.key",
    "value": "encoder.layer.{}.attention.self.value",
    "attention_output": "encoder.layer.{}.attention.output.dense",
    "attention_norm": "encoder.layer.{}.attention.output.LayerNorm",
    "inner": "encoder.layer.{}.intermediate.dense",
    "outer": "encoder.layer.{}.output.dense",
    "outer_norm": "encoder.layer.{}.output.LayerNorm",
}
_DISTILBERT_LAYER = {
    "query": "transformer.layer.{}.attention.q_lin",
    "key": "transformer.layer.{}.attention.k_lin",
    "value": "transformer.layer.{}.attention.v_lin",
    "attention_output": "transformer.layer.{}.attention.out_lin",
    "attention_norm": "transformer.layer.{}.sa_layer_norm",
    "inner": "transformer.layer.{}.ffn.lin1",
    "outer": "transformer.layer.{}.ffn.lin2",
    "outer_norm": "transformer.layer.{}.output_layer_norm",
}
_MPNET_LAYER = {
    **_BERT_LAYER,
    "query": "encoder.layer.{}.attention.attn.q",
    "key": "encoder.layer.{}.attention.attn.k",
    "value": "encoder.layer.{}.attention.attn.v",
    "attention_output": "encoder.layer.{}.attention.attn.o",
    "attention_norm": "encoder.layer.{}.attention.LayerNorm",
}
_LAYERS = {"distilbert": _DISTILBERT_LAYER, "mpnet": _MPNET_LAYER}
_ENDS = {"kernel": "weight", "bias": "bias", "gamma": "weight", "beta": "bias"}
# What a model with a head puts in front of its encoder's names.
_PREFIXES = ("bert.", "roberta.", "distilbert.", "electra.", "mpnet.")
# Files of TensorFlow's first BERT, converted.
_OLD_ENDS = {".LayerNorm.gamma": ".LayerNorm.weight", ".LayerNorm.beta": ".LayerNorm.bias"}
# Heads of pretraining and of other tasks, and tables of counted numbers that older files hold.
_HEADS = (
    "cls.", "lm_head.", "classifier.", "pre_classifier.", "qa_outputs.", "score.", "vocab_transform.",
    "vocab_layer_norm.", "vocab_projector.", "discriminator_predictions.", "generator_predictions.",
    "generator_lm_head.", "embeddings.position_ids", "embeddings.token_type_ids", "pooler.",
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class WeightPlace:
    """Where one variable is in a file.

    Attributes:
        name: In the file.
        shape: Of the variable.
        transposed: Whether the file has its transpose: PyTorch keeps a dense layer's weights as [outputs, inputs].
    """

    name: str
    shape: tuple[int, ...]
    transposed: bool = False

    @property
    def shape_in_file(self) -> tuple[int, ...]:
        """The shape that the file has."""
        return self.shape[::-1] if self.transposed else self.shape


def weight_places(config: EncoderConfig) -> dict[str, WeightPlace]:
    """The place of each variable by its path, as of `TransformerEncoder.paths`, in no order."""
    width, hidden = config.embedding_width, config.hidden_size
    tables = {
        "embeddings/words": (config.vocabulary_size, width),
        "embeddings/segments": (config.segments, width),
        "embeddings/positions": (config.positions, width),
        "relative_positions/table": (config.relative_buckets, config.heads),
    }
    found = {path: WeightPlace(_TABLES[path], shape) for path, shape in tables.items() if shape[0]}
    found |= _norm("embeddings/norm", _AROUND["embeddings/norm"], width)
    if width != hidden:
        found |= _dense("projection", _AROUND["projection"], width, hidden)
    names = _LAYERS.get(config.family, _BERT_LAYER)
    for index in range(config.layers):
        for part, pattern in names.items():
            path, name = f"layers/{index}/{part}", pattern.format(index)
            if part.endswith("norm"):
                found |= _norm(path, name, hidden)
            else:
                inputs = config.inner_size if part == "outer" else hidden
                found |= _dense(path, name, inputs, config.inner_size if part == "inner" else hidden)
    if config.pooler:
        found |= _dense("pooler", _AROUND["pooler"], hidden, hidden)
    return found


def _norm(path: str, name: str, width: int) -> dict[str, WeightPlace]:
    return {f"{path}/{end}": WeightPlace(f"{name}.{_ENDS[end]}", (width,)) for end in ("gamma", "beta")}


def _dense(path: str, name: str, inputs: int, outputs: int) -> dict[str, WeightPlace]:
    return {
        f"{path}/kernel": WeightPlace(f"{name}.weight", (inputs, outputs), transposed=True),
        f"{path}/bias": WeightPlace(f"{name}.bias", (outputs,)),
    }


def plain_names(names: Iterable[str]) -> Mapping[str, str]:
    """The names in a file by `plain_name`; of two with the same, the last."""
    return {plain_name(name): name for name in names}


def plain_name(name: str) -> str:
    """A name in a file without a model's prefix and old endings."""
    prefix = next((prefix for prefix in _PREFIXES if name.startswith(prefix)), "")
    plain = name.removeprefix(prefix)
    old = next((end for end in _OLD_ENDS if plain.endswith(end)), None)
    return plain if old is None else plain.removesuffix(old) + _OLD_ENDS[old]


def is_of_a_head(plain_name: str) -> bool:
    """Whether a weight that an encoder has no use for is one of those that many files hold besides."""
    return plain_name.startswith(_HEADS)
