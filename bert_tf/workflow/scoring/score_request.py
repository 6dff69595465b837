"""What is asked for, done: into one file, or into a folder."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from rich.console import Console

from bert_tf.workflow.scoring.request import Request, Scored, find_inputs
from bert_tf.workflow.scoring.score_folder import Elsewhere, score_folder
from bert_tf.workflow.source import Source

if TYPE_CHECKING:
    from bert_tf.workflow.scoring.scorers import Scorer


def score_request(
    source: Source,
    request: Request,
    *,
    load: Callable[[], "Scorer"],
    console: Console,
    elsewhere: Elsewhere | None = None,
) -> Scored:
    """Score files.

    Args:
        source: Run or model.
        request: What to score.
        load: Makes the scorer of `source`; isn't called where other processes score, or nothing is left to do.
        console: Where progress is shown.
        elsewhere: As of `score_folder`; only for a folder.

    Raises:
        DataError: as of `score_files` and `score_folder`.
    """
    if request.to_folder:
        return score_folder(source, request, load=load, console=console, elsewhere=elsewhere)
    find_inputs(request)  # what is wrong is told before TensorFlow's seconds of start-up
    scorer = load()
    from bert_tf.workflow.scoring.score_files import score_files

    return score_files(scorer, request, console=console)
