"""The words that answers in a report rest on, kept in the run: the page is drawn again without TensorFlow."""

import dataclasses
import logging
import time
from collections.abc import Mapping
from typing import Any

from bert_tf.environment import cache_folder
from bert_tf.errors import BertTfError, RunError
from bert_tf.integrity import file_sha256, read_document, write_document
from bert_tf.plurals import counted
from bert_tf.report.measured import Measured
from bert_tf.runs.run import RunFolder

# Seconds for them when a run has just been trained; `bert-tf report` takes the time it needs.
AFTER_TRAINING = 15.0
_FILE = "explanations.json"
_LOG = logging.getLogger(__name__)


def kept_explanations(
    run: RunFolder, found: Measured, targets: Mapping[int, int], *, seconds: float
) -> tuple[dict[int, dict[str, Any]], str]:
    """An explanation of each answer that the report shows; those that the run has not kept are computed, which loads
    the model.

    Args:
        run: With predictions on the measured split.
        found: Its answers.
        targets: Of the rows that are shown, the first to be explained first; see `TaskReport.rows_to_explain`.
        seconds: No explanation is begun after so many; one is made in any case, but with 0 seconds.

    Returns:
        `Explanation`s as dicts by row, and a sentence on why some are missing; empty where none are.
    """
    answers = file_sha256(run.predictions(found.split))
    kept = _read(run, answers)
    missing = {row: target for row, target in targets.items() if row not in kept}
    if not missing:
        return kept, ""
    try:
        done = _explain(run, found, missing, seconds=seconds) if seconds else {}
    except BertTfError as problem:
        return kept, f"The words that mattered are not shown: {problem.what}"
    if done:
        kept |= done
        content = {"split": found.split, "predictions_sha256": answers, "rows": kept}
        write_document(run.path / _FILE, content, error=RunError)
    if not (left := len(missing) - len(done)):
        return kept, ""
    shown = f"{counted(left, 'text')} {'is' if left == 1 else 'are'} shown without them"
    return kept, f"{shown} to save time; `bert-tf report {run.path}` adds them."


def _explain(
    run: RunFolder, found: Measured, targets: Mapping[int, int], *, seconds: float
) -> dict[int, dict[str, Any]]:
    """Of as many of these rows as there is time for, at least one."""
    # TensorFlow, which a page that is drawn again can do without.
    from bert_tf.workflow.assemble import check_is_measured
    from bert_tf.workflow.explain import Explainer
    from bert_tf.workflow.opened_run import OpenedRun

    check_is_measured(run)
    explainer = Explainer(OpenedRun(run, cache_folder=cache_folder()))
    done: dict[int, dict[str, Any]] = {}
    started = time.monotonic()
    for row, target in targets.items():
        if done and time.monotonic() - started > seconds:
            break
        pair = found.rows.pair(row)
        pairs = None if pair is None else [pair]
        (explanation,) = explainer.explain([found.rows.text(row)], pairs, targets=[target])
        done[row] = dataclasses.asdict(explanation)
    return done


def _read(run: RunFolder, answers: str) -> dict[int, dict[str, Any]]:
    """What was kept for these very answers; nothing where they have changed since, or the file can't be read."""
    path = run.path / _FILE
    if not path.is_file():
        return {}
    try:
        content = read_document(path, {"predictions_sha256": str, "rows": dict})
    except (OSError, ValueError) as problem:
        _LOG.warning("The run's %s can't be read: %s. It will be recomputed.", _FILE, problem)
        return {}
    rows = content["rows"] if content["predictions_sha256"] == answers else {}
    return {int(index): explanation for index, explanation in rows.items()}
