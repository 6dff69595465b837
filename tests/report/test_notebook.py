import xml.etree.ElementTree as ET

import pytest

from bert_tf.report.notebook import run_html, run_text, table
from bert_tf.runs.run import new_run
from bert_tf.tasks.recipes import load_recipe
from bert_tf.tasks.table import followed_by


def parsed(html):
    return ET.fromstring(f"<div>{html}</div>")


@pytest.fixture
def run(tmp_path):
    made = new_run(load_recipe("bbc-news"), tmp_path, folder=tmp_path / "<b>runs" / "1")
    made.add_facts(status="trained")
    scores = {"examples": 1200, "accuracy": 0.91666, "macro_f1": 0.5, "log_loss": 0.25}
    made.write_metrics({"test": scores, "validation": scores | {"accuracy": 0.5}})
    return made


def test_a_line_for_python(run):
    assert run_text(run, followed_by) == f"Run({str(run.path)!r}: trained, test accuracy 0.9167)"


def test_a_table_for_notebooks(run):
    page = parsed(run_html(run, followed_by))
    assert page.find("p").text == f"{run.path}: trained"
    assert [cell.text for cell in page.findall("table/tr")[2]] == [
        "test", "1,200", "0.9167", "0.5000", "0.2500",
    ]  # fmt: skip
    assert page.find("p/a") is None
    (run.path / "report.html").touch()
    assert parsed(run_html(run, followed_by)).find("p/a").get("href") == (run.path / "report.html").as_uri()


def test_a_run_that_was_not_measured(run):
    (run.path / "metrics.json").unlink()
    assert run_text(run, followed_by) == f"Run({str(run.path)!r}: trained)"
    assert "<table>" not in run_html(run, followed_by)


def test_a_damaged_run_is_shown_with_what_is_wrong(run):
    (run.path / "run.json").write_text("{")
    assert "run.json can't be read" in run_text(run, followed_by)
    assert "run.json can&#39;t be read" in run_html(run, followed_by)


def test_everything_is_escaped():
    page = parsed(table(["<i>"], [["<script>1</script>"]]))
    assert [cell.text for cell in page.findall("table/tr/*")] == ["<i>", "<script>1</script>"]
