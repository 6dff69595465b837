"""A first request to a server of a model, as a line for the shell."""

import json
import shlex
from collections.abc import Collection

# Values of a request, by the name of the input.
_EXAMPLES = {
    "text": ["Shares fall as oil prices rise"],
    "text_pair": ["Markets close lower"],
    "input_ids": [[0, 1, 2]],
    "attention_mask": [[1, 1, 1]],
    "token_type_ids": [[0, 0, 0]],
}


def curl_line(url: str, inputs: Collection[str]) -> str | None:
    """`curl -d '{"inputs": …}' URL:predict`; None for a signature with an input that no example is known of.

    Args:
        url: Of the model: `http://localhost:8501/v1/models/NAME`, with the name percent-encoded.
        inputs: Names of the inputs of the signature `serving_default`.
    """
    if not inputs or not set(inputs) <= set(_EXAMPLES):
        return None
    body = json.dumps({"inputs": {name: values for name, values in _EXAMPLES.items() if name in inputs}})
    return shlex.join(["curl", "-d", body, f"{url}:predict"])
