"""What the manifest says: the graph's operations, which TensorFlow Serving can load it, and the hash of each file."""

from collections.abc import Iterable, Mapping
from typing import Any

from bert_tf.export.serving_releases import release_table

_CHECKED = (
    "names of operations, against bert_tf's table of releases; not their attributes, and not by running that release"
)


def serving_facts(operations: Iterable[str], *, target: str) -> dict[str, Any]:
    """For the manifest.

    Args:
        operations: Names of all operations in the saved model, its functions' included.
        target: The release of TensorFlow Serving that it was exported for.

    Returns:
        `target`; `oldest`, the oldest release that has all operations; `operations` by the package they are of, sorted;
        `checked`, what that rests on.
    """
    table, names = release_table(), sorted(set(operations))
    text = table.text_operations
    return {
        "target": target,
        "oldest": table.oldest(names),
        "checked": _CHECKED,
        "operations": {
            "tensorflow": [name for name in names if name not in text],
            "tensorflow_text": [name for name in names if name in text],
        },
    }


def listed_sums(manifest: Mapping[str, Any], manifest_sha256: str) -> dict[str, str]:
    """What SHA256SUMS of a handoff says: hex SHA-256 by path in the model's folder, of version and handoff."""
    version = manifest["version"]
    papers = {**manifest["handoff_files"], "manifest.json": manifest_sha256}
    return {f"{version}/{name}": digest for name, digest in manifest["files"].items()} | {
        f"handoff/{version}/{name}": digest for name, digest in papers.items()
    }


def padded_outputs(manifest: Mapping[str, Any]) -> frozenset[str]:
    """Names of the outputs of `serving_default` that are as long as the longest of their batch: of unknown length."""
    outputs = manifest["signatures"]["serving_default"]["outputs"]
    return frozenset(name for name, shape in outputs.items() if str(shape).endswith("[None, None]"))
