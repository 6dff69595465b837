"""Hidden states, pooled vectors and gradients of PyTorch's encoders, written for tests; see `benchmarks.references`.

A folder for each family gets `config.json` and `model.safetensors`, as transformers writes them, and
`expected.safetensors` with what a batch of padded rows and one of whole rows give: inputs, the states that go into the
first layer and come out of each, the pooler's vectors, and the gradients of the loss that `_loss` computes.
"""

import pathlib
import sys
from collections.abc import Iterator

import torch
import transformers
from safetensors.torch import save_file

Tensors = dict[str, torch.Tensor]

_SIZES = {
    "vocab_size": 60, "hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 40,
    "max_position_embeddings": 26, "hidden_dropout_prob": 0.1,
}  # fmt: skip
_ROBERTA = {**_SIZES, "max_position_embeddings": 28, "type_vocab_size": 1, "pad_token_id": 1, "layer_norm_eps": 1e-5}
_MODELS = {
    "bert": (transformers.BertModel, transformers.BertConfig(**_SIZES)),
    "roberta": (transformers.RobertaModel, transformers.RobertaConfig(**_ROBERTA)),
    "xlm-roberta": (transformers.XLMRobertaModel, transformers.XLMRobertaConfig(**_ROBERTA)),
    "camembert": (transformers.CamembertModel, transformers.CamembertConfig(**_ROBERTA)),
    "distilbert": (
        transformers.DistilBertModel,
        transformers.DistilBertConfig(
            vocab_size=60, dim=24, n_layers=2, n_heads=2, hidden_dim=40, max_position_embeddings=26
        ),
    ),
    "electra": (transformers.ElectraModel, transformers.ElectraConfig(**_SIZES, embedding_size=16)),
    # Long enough for the far buckets of relative positions.
    "mpnet": (transformers.MPNetModel, transformers.MPNetConfig(**{**_SIZES, "max_position_embeddings": 152})),
}
_LENGTHS = (9, 5, 2)
_FIRST_WORD = 5  # ids below it are special
_GRADIENTS = (
    "word_embeddings.weight", "position_embeddings.weight", "token_type_embeddings.weight", "embeddings.LayerNorm.bias",
    "embeddings_project.weight", "relative_attention_bias.weight", "layer.0.attention.self.query.weight",
    "layer.0.attention.attn.q.weight", "layer.0.attention.q_lin.weight", "layer.1.output.LayerNorm.weight",
    "layer.1.output_layer_norm.weight", "layer.1.intermediate.dense.bias", "layer.1.ffn.lin1.bias",
    "pooler.dense.bias",
)  # fmt: skip
# Ids of "the film was a surprise ." and of another, longer text, with [CLS] and [SEP].
_TEXTS = ([101, 1996, 2143, 2001, 1037, 4474, 1012, 102], [101, 2053, 2028, 2356, 2005, 2009, 102])
_MINILM_GRADIENTS = (
    "embeddings.LayerNorm.weight", "encoder.layer.0.attention.self.query.bias",
    "encoder.layer.5.intermediate.dense.bias", "pooler.dense.bias",
)  # fmt: skip


def main(minilm: pathlib.Path, folder: pathlib.Path) -> None:
    transformers.logging.disable_progress_bar()
    torch.manual_seed(5)
    for family, (make, config) in _MODELS.items():
        config._attn_implementation = "eager"
        model = _randomized(make(config))
        model.save_pretrained(folder / family)
        batches = {"padded": _padded(config), "whole": _whole(config, model)}
        expected: Tensors = {}
        for name, batch in batches.items():
            with_gradients = [each for each, _ in model.named_parameters() if each.endswith(_GRADIENTS)]
            expected |= {f"{name}/{key}": value for key, value in _computed(model, batch, with_gradients).items()}
        save_file(expected, folder / family / "expected.safetensors")
    real = transformers.BertModel.from_pretrained(minilm, attn_implementation="eager", trust_remote_code=False)
    expected = _computed(real.eval(), _texts(), list(_MINILM_GRADIENTS))
    states = [key for key in expected if key.startswith("states/")]
    # The last states, and two others, of which the file is small.
    for key in set(states) - {"states/0", "states/3", "states/6"}:
        del expected[key]
    (folder / "minilm").mkdir(exist_ok=True)
    save_file(expected, folder / "minilm" / "expected.safetensors")


def _randomized(model: torch.nn.Module) -> torch.nn.Module:
    """A model whose biases and norms do something, and whose attention isn't even."""
    with torch.no_grad():
        for name, weight in model.named_parameters():
            spread = 0.2 if weight.ndim == 1 else 0.5 if "embeddings" in name or "attention_bias" in name else 0.3
            weight.normal_(0, spread)
            if name.lower().endswith("norm.weight"):
                weight.add_(1)
    return model.eval()


def _padded(config: transformers.PretrainedConfig) -> Tensors:
    """Rows of several lengths, the second halves of which are another segment."""
    length = max(_LENGTHS)
    places, lengths = torch.arange(length)[None], torch.tensor(_LENGTHS)[:, None]
    mask = (places < lengths).long()
    ids = torch.randint(_FIRST_WORD, config.vocab_size, (len(_LENGTHS), length))
    ids = torch.where(mask == 1, ids, config.pad_token_id)
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": (places >= lengths // 2).long() * mask}


def _whole(config: transformers.PretrainedConfig, model: torch.nn.Module) -> Tensors:
    """Rows as long as there are positions for."""
    table = next(weight for name, weight in model.named_parameters() if name.endswith("position_embeddings.weight"))
    length = table.shape[0] - (2 if config.model_type in {"roberta", "xlm-roberta", "camembert", "mpnet"} else 0)
    ids = torch.randint(_FIRST_WORD, config.vocab_size, (1, length))
    segments = (torch.arange(length)[None] >= length // 3).long()
    return {"input_ids": ids, "attention_mask": torch.ones_like(ids), "token_type_ids": segments}


def _texts() -> Tensors:
    length = max(map(len, _TEXTS))
    ids = torch.tensor([text + [0] * (length - len(text)) for text in _TEXTS])
    return {"input_ids": ids, "attention_mask": (ids > 0).long(), "token_type_ids": torch.zeros_like(ids)}


def _computed(model: torch.nn.Module, batch: Tensors, with_gradients: list[str]) -> Tensors:
    takes_segments = getattr(model.config, "type_vocab_size", 0) > 1
    given = {name: value for name, value in batch.items() if takes_segments or name != "token_type_ids"}
    outputs = model(**given, output_hidden_states=True)
    pooled = getattr(outputs, "pooler_output", None)
    found = {f"states/{index}": states for index, states in enumerate(outputs.hidden_states)}
    if pooled is not None:
        found["pooled"] = pooled
    direction = torch.randn_like(outputs.last_hidden_state)
    loss = (outputs.last_hidden_state * direction * batch["attention_mask"][..., None]).sum()
    if pooled is not None:
        loss = loss + (pooled * direction[:, 0]).sum()
    model.zero_grad()
    loss.backward()
    found |= {f"gradients/{name}": value for name, value in _gradients(model, with_gradients)}
    found |= {**batch, "direction": direction}
    return {name: value.detach().clone().contiguous() for name, value in found.items()}


def _gradients(model: torch.nn.Module, names: list[str]) -> Iterator[tuple[str, torch.Tensor]]:
    parameters = dict(model.named_parameters())
    for name in names:
        yield name, parameters[name].grad


if __name__ == "__main__":
    main(*map(pathlib.Path, sys.argv[1:]))
