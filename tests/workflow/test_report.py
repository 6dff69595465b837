"""Reports of a real run, and of what is left of it when parts are missing."""

import json
import re
import shutil
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bert_tf.api import Run
from bert_tf.errors import RunError
from bert_tf.evaluation.predictions import read_predictions, seal_predictions
from bert_tf.export.folders import handoff_folder
from bert_tf.integrity import file_sha256, read_document, write_document
from bert_tf.runs.run import open_run
from bert_tf.tasks.classify.columns import ClassifyColumns
from bert_tf.workflow.dashboards import run_title
from bert_tf.workflow.report import report_run


def test_a_score_has_the_same_digits_wherever_it_is_shown(trained):
    scores = json.loads((trained.run / "metrics.json").read_text())["test"]
    accuracy, macro_f1 = (f"{scores[name]:.4f}" for name in ("accuracy", "macro_f1"))
    assert f"test: accuracy {accuracy} · macro F1 {macro_f1} · " in trained.output
    assert f"verdict  Test accuracy is {accuracy} on " in trained.output
    page = (trained.run / "report.html").read_text(encoding="utf-8")
    assert f'<span class="value">{accuracy}</span>' in page
    card = (handoff_folder(trained.model) / "MODEL_CARD.md").read_text(encoding="utf-8")
    interval = re.search(r"\(95% interval ([\d.]+ to [\d.]+)\)", page)[1]
    assert f"| accuracy | {accuracy} | {interval} |" in card
    assert f"| macro F1 | {macro_f1} | " in card
    assert f"test accuracy {accuracy})" in repr(Run(trained.run))
    assert run_title(open_run(trained.run)).endswith(f" test accuracy {accuracy}")


@pytest.fixture
def run(trained, tmp_path):
    """A copy of the real run that may be damaged; its explanations are there already."""
    folder = tmp_path / "bbc-news" / trained.run.name
    shutil.copytree(trained.run, folder, ignore=shutil.ignore_patterns("export"))
    return open_run(folder)


def page_of(run) -> str:
    path = report_run(run)
    assert path == run.path / "report.html"
    return path.read_text(encoding="utf-8")


def test_training_leaves_a_report(trained):
    page = (trained.run / "report.html").read_text(encoding="utf-8")
    assert f"report   {trained.run.relative_to(trained.run.parents[2])}/report.html" in trained.output
    metrics = json.loads((trained.run / "metrics.json").read_text())["test"]
    assert f"Test accuracy is {metrics['accuracy']:.4f} on {metrics['examples']} texts (95% interval" in page
    assert page.count("<figure>") == 6
    assert re.search(r"The word scores add up to the prediction within \d", page)
    assert "estimated cost" in page
    assert "kWh" in page


def test_the_words_that_mattered_add_up_to_the_text(trained):
    kept = json.loads((trained.run / "explanations.json").read_text())
    rows = read_predictions(trained.run / "predictions" / "test.parquet", ClassifyColumns())
    names, logits = rows.answers.facts["label_names"], rows.answers.outputs["logits"]
    assert kept["rows"]
    for row, explanation in kept["rows"].items():
        assert explanation["target"] == names[logits[int(row)].argmax()]
        assert rows.text(int(row)).startswith("".join(word for word, _ in explanation["words"])[:20])
        assert explanation["completeness_error"] < 0.2


def test_it_is_drawn_again_without_tensorflow(run):
    code = f"""
import pathlib, sys
from bert_tf.runs.run import open_run
from bert_tf.tasks.classify.columns import ClassifyColumns
from bert_tf.workflow.report import report_run
report_run(open_run(pathlib.Path({str(run.path)!r})))
print("tensorflow" in sys.modules)
"""
    report_run(run)  # with what training had no time for
    (run.path / "report.html").unlink()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
    assert (run.path / "report.html").is_file()


def test_explanations_of_other_answers_are_not_shown(run):
    shutil.rmtree(run.checkpoints)
    content = read_document(run.path / "explanations.json", {})
    write_document(run.path / "explanations.json", {**content, "predictions_sha256": "of others"}, error=RunError)
    page = page_of(run)
    assert "The words that mattered are not shown: This run has no checkpoint" in page
    assert "add up to the prediction" not in page


def test_what_there_was_no_time_for_is_added_later(run):
    (run.path / "explanations.json").unlink()
    page = report_run(run, seconds=1e-6).read_text()
    assert page.count("add up to the prediction") == 1
    shown = page.count('class="example"')
    told = f"texts are shown without them to save time; <code>bert-tf report {run.path}</code> adds them."
    assert f"{shown - 1} {told}" in page
    page = page_of(run)
    assert page.count("add up to the prediction") == shown
    assert "without them" not in page


def test_without_any_time_no_model_is_loaded(run):
    (run.path / "explanations.json").unlink()
    shutil.rmtree(run.checkpoints)
    page = report_run(run, seconds=0).read_text()
    assert "add up to the prediction" not in page
    shown = page.count('class="example"')
    told = f"texts are shown without them to save time; <code>bert-tf report {run.path}</code> adds them."
    assert f"{shown} {told}" in page


def test_damaged_explanations_are_as_good_as_none(run):
    shutil.rmtree(run.checkpoints)
    (run.path / "explanations.json").write_text('{"rows": [')
    assert "The words that mattered are not shown" in page_of(run)


def test_a_run_that_kept_no_answers_says_how_to_get_them(run):
    shutil.rmtree(run.path / "predictions")
    page = page_of(run)
    assert f"<code>bert-tf evaluate {run.path}</code> saves them, then " in page
    assert f"<code>bert-tf report {run.path}</code> shows them" in page
    assert 'id="per-class"' in page
    assert 'id="texts"' not in page


def test_a_damaged_file_of_answers_is_told(run):
    run.predictions("test").write_bytes(b"PAR1 no more")
    run.predictions("validation").unlink()
    told = "can&#39;t be read: test.parquet is damaged, or from another run or evaluation. <code>bert-tf evaluate"
    assert told in page_of(run)


def other_predictions(run):
    """Whole predictions on the same rows, with other answers, as another run or an earlier evaluation would leave."""
    path = run.predictions("test")
    table = pq.read_table(path)
    column = table.column_names.index("logits")
    turned = table["logits"].combine_chunks().flatten().to_numpy().reshape(len(table), -1)[:, ::-1]
    logits = pa.array(list(turned), table.schema.field(column).type)
    path.unlink()  # it may be a hard link
    pq.write_table(table.set_column(column, table.schema.field(column), logits), path)
    seal_predictions(path)
    assert read_predictions(path, ClassifyColumns()).answers.outputs["logits"].tolist() == turned.tolist()


def test_whole_predictions_of_another_evaluation_are_not_shown(run):
    shutil.rmtree(run.checkpoints)
    other_predictions(run)
    page = page_of(run)
    assert "test.parquet is damaged, or from another run or evaluation" in page
    assert "Validation accuracy is " in page
    with pytest.raises(RunError, match="from another run or evaluation"):
        Run(run.path).predictions("test")


def test_predictions_that_nothing_measured_are_not_shown(run):
    (run.path / "metrics.json").unlink()
    page = page_of(run)
    assert "accuracy is " not in page
    assert f"<code>bert-tf evaluate {run.path}</code> saves them" in page


@pytest.mark.parametrize("is_there", [True, False])
def test_validation_rows_do_not_stand_for_lost_test_rows_unsaid(run, is_there):
    run.predictions("test").unlink()
    if is_there:
        run.predictions("test").write_bytes(b"PAR1 no more")
    shutil.rmtree(run.checkpoints)
    page = page_of(run)
    assert "Validation accuracy is " in page
    told = "predictions can&#39;t be read" if is_there else "Its predictions on the test rows are missing"
    assert told in page
    assert "writes them again" in page


def test_a_stopped_run_shows_the_epochs_it_did(run):
    (run.path / "metrics.json").unlink()
    shutil.rmtree(run.path / "predictions")
    run.add_facts(status="stopped")
    page = page_of(run)
    assert "This run was stopped: 2 of 2 epochs done, no score yet." in page
    assert "Line charts of loss and accuracy over 2 epochs." in page
    assert f"<code>bert-tf evaluate {run.path}</code>" in page


def test_the_epochs_of_event_files_are_those_of_the_metrics(run):
    from bert_tf.report.epochs import epochs_from_events

    written = run.metrics["epochs"]
    found = epochs_from_events(run.tensorboard)
    assert len(found) == len(written)
    for one, other in zip(found, written, strict=True):
        assert {name: one[name] for name in other if name in one} == pytest.approx(
            {name: value for name, value in other.items() if name in one}, rel=1e-5
        )
        assert {"loss", "accuracy", "val_loss", "val_accuracy"} <= one.keys()


def test_a_run_that_failed_before_its_first_step(run):
    for name in ("checkpoints", "predictions", "tensorboard"):
        shutil.rmtree(run.path / name)
    (run.path / "metrics.json").unlink()
    kept = {name: run.facts[name] for name in ("run_id", "started", "recipe_sha256")} | {"status": "failed"}
    write_document(run.path / "run.json", kept, error=RunError)
    page = page_of(run)
    assert "This run failed: 0 of 2 epochs done" in page
    resumes = f"<code>bert-tf train {run.path}/recipe.toml --resume {run.path}</code>"
    assert f"No step of the run was saved. To resume it: {resumes}" in page


def test_a_run_that_measured_nothing(run):
    run.write_metrics({"epochs": run.metrics["epochs"]})
    shutil.rmtree(run.path / "predictions")
    assert "the recipe has neither validation nor test rows" in page_of(run)


@pytest.mark.parametrize("file", ["run.json", "metrics.json", "recipe.toml"])
def test_an_unreadable_run_is_told(run, file):
    (run.path / file).write_text("{ no")
    with pytest.raises(RunError) as told:
        report_run(run)
    assert file in str(told.value)


def with_reference(run, reference: str) -> str:
    recipe = run.path / "recipe.toml"
    recipe.write_text(re.sub(r"\[report\]", f'[report]\nreference = "{reference}"', recipe.read_text()))
    run.add_facts(recipe_sha256=file_sha256(recipe))
    return page_of(run)


def test_the_reference_that_the_recipe_names(run, trained):
    page = with_reference(run, str(trained.run))
    assert f"It is not significantly different from the reference {trained.run}: accuracy differs by +0.0000" in page
    assert "p = 1.00; 0 texts right in this run only, 0 in the reference only" in page


def test_a_reference_of_other_rows_and_one_that_is_not_there(run, trained, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(run.path, other)
    path = other / "predictions" / "test.parquet"
    pq.write_table(pq.read_table(path.with_name("validation.parquet")), path)
    seal_predictions(path)
    open_run(other).write_metrics(open_run(other).metrics)
    assert "it was evaluated on other test rows or labels" in with_reference(run, str(other))
    shutil.rmtree(other)
    assert "could not be compared with the reference" in page_of(run)
    assert f"There is no run {other}." in page_of(run)
