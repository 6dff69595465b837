"""Every row of `TASKS` goes the whole way on a dozen examples; the run is trained and exported once."""

import csv
import dataclasses
import io
import json
import math
import tomllib

import httpx
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import tensorflow as tf
from conformance import lacking
from rich.console import Console
from specimens import SPECIMENS, TEXTS

from benchmarks.serving.process import running_server
from bert_tf.drafting.new_recipe import new_recipe
from bert_tf.evaluation.predictions import read_predictions
from bert_tf.export.answers import distance
from bert_tf.export.folders import handoff_folder, read_manifest
from bert_tf.export.golden import read_golden
from bert_tf.export.task_serving import difference
from bert_tf.export.verify import verify
from bert_tf.playground.subject import RunSubject, load_subject
from bert_tf.recipe.load_recipe import recipe_folders
from bert_tf.recipe.space import search_space
from bert_tf.recipe.space_values import with_values
from bert_tf.report.comparison_page import comparison_html
from bert_tf.report.comparison_text import comparison_text
from bert_tf.runs.run import RunFolder
from bert_tf.runs.run_metrics import SPLITS
from bert_tf.tasks.recipes import load_recipe
from bert_tf.tasks.table import TASKS
from bert_tf.tuning.objective import objective_of
from bert_tf.tuning.preflight import check_rows
from bert_tf.tuning.trial import flat_metrics
from bert_tf.workflow.compare import compare_runs
from bert_tf.workflow.evaluate import evaluate_run
from bert_tf.workflow.scoring.request import Request
from bert_tf.workflow.scoring.score_files import score_files
from bert_tf.workflow.scoring.scorers import load_scorer
from bert_tf.workflow.source import find_source

ASKED = list(TEXTS[:3])
QUIET = Console(quiet=True)


def results(api, outputs):
    """What TensorFlow Serving's REST API says of a signature's outputs."""
    if api == "classify":
        rows = zip(outputs["classes"].numpy(), outputs["scores"].numpy().tolist(), strict=True)
        return [[[name.decode(), score] for name, score in zip(*row, strict=True)] for row in rows]
    return outputs["outputs"].numpy().tolist()


@pytest.fixture(scope="session", params=TASKS)
def finished(request, finished_run):
    return finished_run(request.param)


@pytest.fixture(scope="session")
def subject(finished, cache):
    """The run's own model, loaded once: what is served and scored is held against it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BERT_TF_CACHE", str(cache))
        return RunSubject(finished.run)


@pytest.fixture(scope="session")
def server(finished):
    with running_server(finished.model) as running:
        yield running


@pytest.fixture
def copy(finished, copied_run):
    return RunFolder(copied_run(finished))


@pytest.mark.parametrize("name", TASKS)
def test_no_part_of_a_task_is_missing(name, tmp_path):
    assert lacking(name, TASKS[name], folder=tmp_path) == []


@pytest.mark.parametrize("name", TASKS)
def test_a_recipe_comes_with_each_task(name):
    recipes = [tomllib.loads(path.read_text()) for path in recipe_folders()[-1].glob("*.toml")]
    assert name in {recipe.get("task", "classify") for recipe in recipes}, f"Task {name!r} has no recipe in recipes/."


def test_a_row_without_a_part_is_told_its_name(tmp_path):
    task = TASKS["classify"]
    changed = dataclasses.replace(task, report=None, followed=())
    assert lacking("classify", changed, folder=tmp_path) == [
        "Task 'classify' has no followed.",
        "Task 'classify' has no report, a TaskReport of bert_tf/report/sections.py.",
    ]
    assert lacking("divine", task, folder=tmp_path) == [
        "Task 'divine' has no specimen: rows and a recipe in tests/tasks/specimens.py."
    ]


def test_a_part_that_is_not_whole_is_told_what_it_lacks(tmp_path):
    class Half:
        def sections(self, contents): ...

    changed = dataclasses.replace(TASKS["classify"], report=Half)
    assert lacking("classify", changed, folder=tmp_path) == [
        f"The report of task 'classify' lacks {name}, which TaskReport of bert_tf/report/sections.py asks for."
        for name in ("rows_to_explain", "tables")
    ]


def test_drafted(finished, tmp_path):
    """Its rows say by themselves what they are."""
    path, _ = new_recipe("mine", {"train": finished.recipe.data.train}, named={}, path=tmp_path / "mine.toml")
    drafted = load_recipe(str(path))
    assert (drafted.task, drafted.data.text) == (finished.name, "text")
    columns = [finished.task.target(recipe).columns for recipe in (drafted, finished.recipe)]
    assert columns[0] == columns[1]


def test_trained_and_measured(finished):
    run, task = finished.run, finished.task
    assert (run.status, run.facts["data"]["rows"]["train"]) == ("trained", 12)
    (epoch,) = run.metrics["epochs"]
    assert epoch["loss"] > 0
    assert all(measure.of_epoch(epoch, prefix="val_") is not None for measure in task.followed)
    for split in SPLITS:
        # What is kept of the answers comes to the same figures.
        kept = read_predictions(run.predictions(split), task.columns())
        figures = {measure.key: run.metrics[split][measure.key] for measure in task.measures}
        assert all(map(math.isfinite, figures.values()))
        assert task.metrics().figures(kept.answers) == pytest.approx(figures, rel=1e-5, abs=1e-6)


def test_evaluated_again(finished, copy, cache):
    again = evaluate_run(copy, cache_folder=cache)
    assert again == {split: finished.run.metrics[split] for split in SPLITS}
    assert copy.facts == finished.run.facts


def test_compared(finished, copy):
    found = compare_runs([finished.run, copy])
    (pair,) = found.pairs
    assert (pair.paired.difference, pair.run_better, pair.reference_better) == (0, (), ())
    console = Console(file=io.StringIO(), width=400)
    for part in comparison_text(found):
        console.print(part)
    for measure in finished.task.followed:
        assert measure.name.lower() in console.file.getvalue().lower()
        assert measure.name.lower() in comparison_html(found).lower()


def test_reported(finished):
    page = (finished.run.path / "report.html").read_text()
    for measure in finished.task.followed:
        assert measure.name.lower() in page.lower()
    kept = json.loads((finished.run.path / "explanations.json").read_text())["rows"]
    assert all("".join(word for word, _ in each["words"]) in TEXTS for each in kept.values())
    assert any("".join(word for word, _ in each["words"]) in page for each in kept.values())


def test_explained(subject):
    assert {text for text, _ in subject.examples} <= set(TEXTS)
    targets = subject.serving.predicted_targets(subject.outputs(ASKED))
    for text, target in zip(ASKED, targets, strict=True):
        scores = subject.word_scores(text, None, target=int(target))
        assert "".join(word for word, _ in scores.words) == text
        assert scores.completeness_error < 0.2


def test_explained_as_exported(finished, subject):
    """The exported model has no gradients; its words are left out one by one."""
    exported = load_subject(find_source(finished.model))
    assert (
        difference(exported.serving, exported.outputs(ASKED), subject.outputs(ASKED)).largest
        <= subject.serving.allowed_difference / 100
    )
    scores = exported.word_scores(ASKED[0], None, target=0)
    assert "".join(word for word, _ in scores.words) == ASKED[0]
    assert any(score for _, score in scores.words)


def test_tuned(finished, cache):
    """A search would find its rows, its space and its objective; a trial is a run like this one."""
    recipe = finished.recipe
    space = search_space(recipe)
    assert {parameter.key for parameter in space} == {
        f"{finished.name}.{key}" for key in SPECIMENS[finished.name].space
    }
    check_rows(recipe, space, cache_folder=cache)
    for parameter in space:
        for value in parameter.probes:
            finished.task.network(with_values(recipe, {parameter.key: value}), finished.run.facts)
    objective = objective_of(recipe)
    assert math.isfinite(flat_metrics(finished.run)[objective.place])
    assert len(objective.curve(finished.run.metrics["epochs"])) == 1


def test_verified_and_served(finished, subject, server):
    verified = verify(finished.model, rest=server.rest, grpc=server.grpc, latency_seconds=None)
    assert verified.largest_difference <= verified.tolerance
    url, serving = f"{server.rest}/v1/models/{server.name}", subject.serving
    body = httpx.post(f"{url}:predict", json={"inputs": ASKED}, timeout=600).json()["outputs"]
    names = read_manifest(finished.model)["signatures"]["serving_default"]["outputs"]
    served = {name: _array(body[name] if len(names) > 1 else body) for name in names}
    own = subject.outputs(ASKED)
    found = difference(serving, served, own)
    assert found.largest <= serving.allowed_difference / 100
    assert found.equal is None or found.equal.all()
    golden = read_golden(handoff_folder(finished.model) / "golden" / "rest.jsonl")
    for signature in serving.example_signatures:
        is_golden = any(line["request"]["path"].endswith(f":{signature.api}") for line in golden)
        assert is_golden == (signature.regression is not None)
        asked = {"signature_name": signature.api, "examples": [{"text": text} for text in ASKED]}
        answer = httpx.post(f"{url}:{signature.api}", json=asked, timeout=600).json()
        outputs = signature.outputs({name: tf.constant(values) for name, values in own.items()})
        wanted = results(signature.api, outputs)
        assert distance(wanted, answer["results"]) <= serving.allowed_difference / 100


def _array(values):
    """As the model gave it before it was JSON."""
    array = np.array(values)
    return np.char.encode(array) if array.dtype.kind == "U" else array


@pytest.mark.parametrize("of", ["run", "model"])
def test_scored(finished, subject, of, tmp_path, cache):
    serving, out = subject.serving, tmp_path / "out.parquet"
    (tmp_path / "in.csv").write_text("\n".join(["text", *(f'"{text}"' for text in ASKED)]) + "\n")
    scorer = load_scorer(find_source(finished.run.path if of == "run" else finished.model), cache_folder=cache)
    for path in (out, out.with_suffix(".csv")):
        request = Request([str(tmp_path / "in.csv")], str(path), "text")
        assert score_files(scorer, request, console=QUIET).rows == len(ASKED)
    written = pq.read_table(out)
    assert written.column_names == ["text", *serving.columns.names]
    with out.with_suffix(".csv").open(newline="", encoding="utf-8") as file:
        cells = list(csv.DictReader(file))
    wanted = serving.arrays(subject.outputs(ASKED))
    for name, values in zip(serving.columns.names, wanted, strict=True):
        found, texts = written[name].to_pylist(), [row[name] for row in cells]
        if values.type in (pa.float32(), pa.list_(pa.float32())):
            numbers = np.array(values.to_pylist())
            assert np.array(found) == pytest.approx(numbers, abs=serving.allowed_difference / 10)
            assert np.array(list(map(json.loads, texts))) == pytest.approx(np.array(found), abs=1e-5)
        elif pa.types.is_list(values.type) and pa.types.is_struct(values.type.value_type):
            # Words and places of entities are equal; beside them stand their scores.
            assert distance(values.to_pylist(), found) <= serving.allowed_difference / 10
            assert distance(found, list(map(json.loads, texts))) <= 1e-5
        else:
            assert found == values.to_pylist()
            # A list is JSON there, as `multilabel.format = "json"` reads it.
            assert texts == [json.dumps(each) if isinstance(each, list) else str(each) for each in found]
