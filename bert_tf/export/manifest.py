"""What the manifest says of the graph: its operations, and which TensorFlow Serving can load it."""

from collections.abc import Iterable
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
