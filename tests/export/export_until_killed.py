"""Exports a small model into FOLDER again and again, for each line that it reads in a new process until it is killed.

The process is forked after TensorFlow's import and before its first operation, so that a start costs no seconds. Its
number is printed when it begins to write.
"""

import os
import pathlib
import sys

import tensorflow as tf

from bert_tf.export.signatures import ServingModule
from bert_tf.export.write_version import Papers, write_export
from bert_tf.tasks.classify.network import ClassifyNetwork
from bert_tf.tasks.classify.serving import ClassifyServing

ANSWER = {"label": "many", "probabilities": [0.25, 0.75], "score": 0.75}
GOLDEN = [
    {"request": {"input_ids": [1], "attention_mask": [1], "token_type_ids": [0]}, "answer": ANSWER},
]


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def module() -> ServingModule:
    scale = tf.Variable(3.0)
    return ServingModule(
        outputs=lambda inputs: {
            "logits": tf.stack([0 * scale, tf.math.log(scale)])[tf.newaxis]
            + 0 * tf.cast(inputs["input_ids"][:, :1], tf.float32)
        },
        variables=[scale],
        network=ClassifyNetwork(("few", "many")),
        example_signatures=ClassifyServing(("few", "many")).example_signatures,
        tokenizer=None,
        max_tokens=8,
        pairs=False,
    )


def beside(folder: pathlib.Path, _: object) -> None:
    (folder / "first").write_text("of two")
    (folder / "second").write_text("of two")


def export_for_ever(folder: pathlib.Path) -> None:
    served = module()
    served.signatures()
    tell(str(os.getpid()))
    while True:
        manifest = {"name": folder.name, "task": "classify", "labels": ["few", "many"], "tolerance": 1e-6}
        write_export(served, Papers(manifest, GOLDEN), model_folder=folder, beside={"serving": beside})


def main(folder: pathlib.Path) -> None:
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            export_for_ever(folder)
        os.waitpid(child, 0)
        tell("ended")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
