"""On the page of the run that all tests of tasks share."""

import collections
import json
import re

import pyarrow.parquet as pq
import pytest
from markupsafe import Markup

from bert_tf.tasks.multitask.report_sections import with_own_ids


@pytest.fixture(scope="module")
def finished(finished_run):
    return finished_run("multitask")


def test_sections_of_each_head_stand_under_its_name(finished):
    page = (finished.run.path / "report.html").read_text()
    assert re.findall(r'<h2 id="[a-z]+-[a-z]+">(\w+: [^<]+)</h2>', page) == [
        "mood: Results by label", "stars: Errors", "tones: Results by label", "tones: Labels together",
        "mood: Calibration",
    ]  # fmt: skip
    assert "mood: Test accuracy is" in page
    ids = collections.Counter(re.findall(r'\bid="([^"]+)"', page))
    assert [name for name, count in ids.items() if count > 1] == []
    drawn = set(re.findall(r"url\(#([^)]+)\)", page))
    assert drawn <= set(ids)


def test_words_are_explained_for_all_heads(finished):
    rows = pq.read_table(finished.run.predictions("test")).to_pylist()
    kept = json.loads((finished.run.path / "explanations.json").read_text())["rows"]
    heads = {int(row): each["target"].partition(":")[0] for row, each in kept.items()}
    assert heads.keys() == set(range(len(rows)))
    mistakes = [row for row, each in enumerate(rows) if each["mood.label"] not in (None, each["mood.predicted"])]
    first_of_mood = max(mistakes, key=lambda row: rows[row]["mood.score"])
    judged = [row for row, each in enumerate(rows) if each["stars.has_label"]]
    first_of_stars = max(judged, key=lambda row: abs(rows[row]["stars.error"]))
    assert heads[first_of_mood] == "mood"
    # A row that several heads want first is explained for the first of them.
    assert heads[first_of_stars] == ("mood" if first_of_stars == first_of_mood else "stars")
    assert "tones" in heads.values()


def test_the_terminal_shows_a_table_of_each_head(finished):
    tables = finished.task.report().tables(finished.run.metrics["test"])
    assert [str(each) for each in tables[::2]] == ["mood", "stars", "tones"]


def test_ids_of_a_head_are_its_own():
    html = Markup('<h2 id="labels"><a href="#labels-1">x</a><g clip-path="url(#clip)" data-rows="rows"></g></h2>')
    assert with_own_ids("mood", html) == (
        '<h2 id="mood-labels"><a href="#mood-labels-1">x</a><g clip-path="url(#mood-clip)" data-rows="mood-rows">'
        "</g></h2>"
    )
