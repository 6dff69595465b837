"""The tutorial as a reader follows it: every block in order, in one folder, and what it says is printed is printed."""

import pathlib

from blocks import blocks_of, prints
from session import QUICK, Session

TUTORIAL = pathlib.Path(__file__).parents[2] / "docs" / "tutorial.md"


def test_every_block_runs(tmp_path, cache, two_layers, warm_popen):
    # Two layers learn in three epochs what six do, if they learn faster.
    quick = {
        **QUICK,
        "model": {**QUICK["model"], "encoder": str(two_layers)},
        "training": {**QUICK["training"], "learning_rate": 1e-3},
    }
    reader = Session(tmp_path, {"BERT_TF_CACHE": str(cache)}, quick=quick, here=True, popen=warm_popen)
    for block in blocks_of(TUTORIAL):
        if block.not_run is None:
            printed = reader.run(block)
            assert block.output is None or prints(block.output, printed, numbers=False), f"{block}\n{printed}"
    (model,) = (tmp_path / "models").iterdir()
    assert model.name == "headlines"
