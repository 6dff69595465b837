"""transformers' PyTorch BERT with the head that all contestants have."""

from collections.abc import Mapping
from typing import Any

import torch
from transformers import AutoModelForSequenceClassification, AutoModelForTokenClassification

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
