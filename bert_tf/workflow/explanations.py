"""The words that answers in a report rest on, kept in the run: the page is drawn again without TensorFlow."""

import dataclasses
import hashlib
import json
from typing import Any

from bert_tf.atomic import new_file
from bert_tf.errors import BertTfError, RunError
from bert_tf.report.measured import Measured
from bert_tf.report.run_page import rows_to_read
from bert_tf.runs import RunFolder

_FILE = "explanations.json"


def kept_explanations(run: RunFolder, found: Measured) -> tuple[dict[int, dict[str, Any]], str]:
    """An explanation of each answer that the report shows; those that the run has not kept are computed, which loads
    the model.

    Args:
        run: With predictions on the measured split.
        found: Its answers.

    Returns:
        `Explanation`s as dicts by row, and why some are missing; empty where none are.
    """
    answers = hashlib.sha256(run.predictions(found.split).read_bytes()).hexdigest()
    kept = _read(run, answers)
    missing = [int(row) for rows in rows_to_read(found) for row in rows if int(row) not in kept]
    if not missing:
        return kept, ""
    # TensorFlow, which a page that is drawn again can do without.
    from bert_tf.workflow.explain import explain_texts

    pairs = [found.rows.pair(row) for row in missing]
    try:
        explained = explain_texts(
            run,
            [found.rows.text(row) for row in missing],
            targets=[int(found.predicted[row]) for row in missing],
            pairs=[pair for pair in pairs if pair is not None] if run.recipe_values["data"].get("text_pair") else None,
        )
    except BertTfError as problem:
        return kept, problem.what
    kept |= {row: dataclasses.asdict(each) for row, each in zip(missing, explained, strict=True)}
    content = {"split": found.split, "predictions_sha256": answers, "rows": kept}
    with new_file(run.path / _FILE, error=RunError) as temporary:
        temporary.write_text(json.dumps(content, ensure_ascii=False) + "\n", encoding="utf-8")
    return kept, ""


def _read(run: RunFolder, answers: str) -> dict[int, dict[str, Any]]:
    """What was kept for these very answers; nothing where they have changed since, or the file can't be read."""
    try:
        content = json.loads((run.path / _FILE).read_text(encoding="utf-8"))
        rows = content["rows"] if content["predictions_sha256"] == answers else {}
        return {int(index): explanation for index, explanation in rows.items()}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
