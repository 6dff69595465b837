"""bert_tf: one recipe file to a fine-tuned BERT-family model and a handoff that a serving team can trust.

    run = bert_tf.train("imdb", {"training.epochs": 1}, export=False)
    run.metrics["test"]["accuracy"]
    model = run.export("exported")
    bert_tf.load(model).predict(["A film to remember."])

TensorFlow is imported when the first of these names is used, not by `import bert_tf`.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bert_tf.api import Run, compare, load
    from bert_tf.classifier import TFBertClassifier
    from bert_tf.scoring_api import score
    from bert_tf.training_api import train

__all__ = ["Run", "TFBertClassifier", "compare", "load", "score", "train"]

_HOMES = {
    "TFBertClassifier": "bert_tf.classifier",
    "score": "bert_tf.scoring_api",
    "train": "bert_tf.training_api",
}


def __getattr__(name: str) -> Any:
    """Import what a name stands for when it is asked for."""
    if name not in __all__:
        raise AttributeError(f"module 'bert_tf' has no attribute {name!r}")
    from bert_tf.quiet import quiet_start

    with quiet_start():
        home = importlib.import_module(_HOMES.get(name, "bert_tf.api"))

    # Found without this function from now on.
    globals()[name] = getattr(home, name)
    return globals()[name]
