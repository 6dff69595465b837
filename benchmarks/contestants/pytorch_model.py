"""transformers' PyTorch encoders with the head that all contestants have."""

from collections.abc import Mapping
from typing import Any

import torch
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
)
from transformers.modeling_outputs import SequenceClassifierOutput

from benchmarks.contestants.inputs import head_weights


def pytorch_model(options: Mapping[str, Any], **settings: Any) -> Any:
    """Options: encoder (a folder), labels (2), task (tag, or classify); settings as of `from_pretrained`."""
    kind = AutoModelForTokenClassification if options.get("task") == "tag" else AutoModelForSequenceClassification
    model = kind.from_pretrained(
        options["encoder"], num_labels=options.get("labels", 2), trust_remote_code=False, **settings
    )
    kernel, bias = head_weights(options)
    with torch.no_grad():
        model.classifier.weight.copy_(torch.from_numpy(kernel.T))
        model.classifier.bias.copy_(torch.from_numpy(bias))
    return model


class RandomClassifier(torch.nn.Module):
    """Random weights and the head alone on the first token: transformers' own heads have a dense layer more for some
    families, which ours don't have.

    Args:
        options: encoder (a folder with a config.json), labels (2).
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        super().__init__()
        config = AutoConfig.from_pretrained(options["encoder"], trust_remote_code=False)
        self.encoder = AutoModel.from_config(config, trust_remote_code=False)
        # What no loss depends on gets no gradient, but would be compiled.
        self.encoder.pooler = None
        self.takes_segments = getattr(config, "type_vocab_size", 1) > 1
        kernel, bias = map(torch.from_numpy, head_weights(options))
        self.dropout, self.classifier = torch.nn.Dropout(0.1), torch.nn.Linear(*kernel.shape)
        with torch.no_grad():
            self.classifier.weight.copy_(kernel.T)
            self.classifier.bias.copy_(bias)

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        token_type_ids: torch.Tensor,
        labels: torch.Tensor | None = None,
    ) -> SequenceClassifierOutput:
        """Logits [B, labels], and their mean cross-entropy where labels are given."""
        segments = {"token_type_ids": token_type_ids} if self.takes_segments else {}
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask, **segments).last_hidden_state
        logits = self.classifier(self.dropout(states[:, 0]))
        loss = None if labels is None else torch.nn.functional.cross_entropy(logits, labels)
        return SequenceClassifierOutput(loss=loss, logits=logits)
