"""A model whose answers are known in closed form, and a way to score with it."""

import dataclasses
import pathlib
from collections.abc import Callable

import pytest
from rich.console import Console

from bert_tf.workflow.scoring.request import Request, Scored
from bert_tf.workflow.scoring.score_files import score_files
from bert_tf.workflow.scoring.scorers import ModelScorer


@pytest.fixture(scope="session")
def pair_scorer(pair_model: pathlib.Path) -> ModelScorer:
    return ModelScorer(pair_model)


@pytest.fixture
def scored(pair_scorer: ModelScorer, tmp_path: pathlib.Path) -> Callable[..., Scored]:
    """Score files of the test's folder: texts in `text`, second texts in `second`."""

    def score(*inputs: str, out: str, **changes: object) -> Scored:
        paths = [name if "://" in name else str(tmp_path / name) for name in inputs]
        request = dataclasses.replace(Request(paths, str(tmp_path / out), "text", "second"), **changes)
        return score_files(pair_scorer, request, console=Console(quiet=True))

    return score
