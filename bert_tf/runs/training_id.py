"""What binds checkpoints to a training."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

_TRAINED_ON = ("train", "validation")


def training_id(facts: Mapping[str, Any]) -> str:
    """Hash of what decides the weights of each step: recipe, training and validation rows, encoder.

    Runs that have the same one could exchange their checkpoints.

    Args:
        facts: Of a run that writes checkpoints, or did.
    """
    rows = facts.get("data", {}).get("fingerprints", {})
    decides = [facts["recipe_sha256"], *map(rows.get, _TRAINED_ON), facts.get("encoder", {}).get("weights_sha256")]
    return hashlib.sha256(json.dumps(decides).encode()).hexdigest()
