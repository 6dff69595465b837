"""Answers of an exported model through `saved_model_cli run`, as JSON.

A script of its own, run by `bert_tf.export.clean_process` as `python -I command_answers.py MODEL INPUTS SCRATCH OUT`.
INPUTS is what the command's `--inputs` takes, SCRATCH a folder that doesn't exist. The command writes strings as
pickles, and beside them may lie whatever the model itself has written; so each output is taken from the command before
it is written, and no file of that folder is read.
"""

import json
import pathlib
import sys
from typing import Any

import numpy as np
import tensorflow_text  # noqa: F401 - it registers the operations that the graph names; saved_model_cli imports it not
from tensorflow.python.tools import saved_model_cli


def main(model: str, inputs: str, scratch: str, out: str) -> None:
    """Write the outputs by name, each a list of rows."""
    outputs: dict[str, Any] = {}

    def take(path: str, array: np.ndarray) -> None:
        if array.dtype == object:
            array = np.vectorize(bytes.decode, otypes=[object])(array)
        outputs[pathlib.Path(path).stem] = array.tolist()

    saved_model_cli.np.save = take
    sys.argv = ["saved_model_cli", "run", f"--dir={model}", "--tag_set=serve", "--signature_def=serving_default",
                f"--inputs={inputs}", f"--outdir={scratch}"]  # fmt: skip
    try:
        saved_model_cli.main()
    except SystemExit as end:
        # It ends so when all went well, too.
        if end.code:
            raise
    with open(out, "w", encoding="utf-8") as file:
        json.dump(outputs, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
