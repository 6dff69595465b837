"""A run that reads categories, numbers and ages, and what its export answers to the golden requests."""

import csv
import json
import pathlib

import numpy as np
import pytest
import tensorflow as tf
from rich.console import Console
from tensorflow_serving.apis import prediction_log_pb2

from bert_tf.export.answers import compare_rows
from bert_tf.export.folders import handoff_folder
from bert_tf.export.replay import answers_of
from bert_tf.export.warmup_requests import WARMUP_FILE
from bert_tf.handoff.export_run import export_run
from bert_tf.handoff.index_rows import IndexRequest, read_index_rows
from bert_tf.handoff.index_run import index_run
from bert_tf.runs.run import RunFolder
from bert_tf.tasks.recipes import make_recipe
from bert_tf.workflow.train import train_recipe

USERS, ITEMS = 4, 8
RANK = {
    "item": "id", "item_texts": ["title"], "categories": ["genres"], "numbers": ["year"], "event_age": True,
    "history": 3,
}  # fmt: skip


@pytest.fixture(scope="module")
def exported(
    cache: pathlib.Path, one_layer: pathlib.Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[pathlib.Path, str]:
    """The version's folder, and what was shown while the run was trained."""
    folder = tmp_path_factory.mktemp("features")
    # Every second item is a comedy; the last one, which comes late, has a genre that no other has.
    genres = [("Drama", "Comedy|Drama")[item % 2] for item in range(ITEMS - 1)] + ["Western"]
    items = [(item, f"item {item}", genres[item], "" if item == 3 else 1980 + item) for item in range(ITEMS)]
    write(folder / "items.csv", [("id", "title", "genres", "year"), *items])
    events = [(f"u{row % USERS}", (row * 3) % (ITEMS - 1), row * row) for row in range(22)]
    write(folder / "events.csv", [("user", "id", "time"), *events, ("u0", ITEMS - 1, 1000), ("u1", 2, 1001)])
    recipe = make_recipe({
        "name": "features", "task": "rank", "text": {"max_tokens": 16},
        "data": {"source": "files", "train": str(folder / "events.csv"), "test": 0.2},
        "model": {"encoder": str(one_layer), "kernels": "reference"},
        "training": {"epochs": 2, "batch_size": 4, "learning_rate": 1e-2},
        "export": {"hub": False, "golden_requests": 4}, "rank": {**RANK, "items": str(folder / "items.csv")},
    })  # fmt: skip
    console = Console(record=True, file=(folder / "shown").open("w"), width=200)
    run = train_recipe(recipe, runs_folder=folder / "runs", cache_folder=cache, console=console)
    return export_run(run, cache_folder=cache), console.export_text()


def write(path: pathlib.Path, rows: list) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)


def golden(version: pathlib.Path, name: str = "rankings") -> list[dict]:
    path = handoff_folder(version) / "golden" / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_the_export_answers_as_the_run_did(exported):
    lines = golden(exported[0])
    requests = [line["request"] for line in lines]
    assert requests[0].keys() == {
        "history", "history_genres", "history_year", "history_age", "candidates", "candidates_genres",
        "candidates_year",
    }  # fmt: skip
    # Items may have other features in every request, and all are asked in a batch and one by one.
    answers = answers_of(str(exported[0]), "rank", requests)
    for line, answer in zip(lines * 2, answers, strict=True):
        np.testing.assert_allclose(answer["scores"], line["answer"]["scores"], atol=1e-5)
        assert answer["history_cut"] == line["answer"]["history_cut"]


def test_all_that_is_known_of_an_item_counts(exported):
    rank = tf.saved_model.load(str(exported[0])).signatures["rank"]
    asked = {
        "history": [["item 1", "item 2"]], "history_genres": [["Comedy|Drama", "Drama"]],
        "history_year": [[1981.0, 1982.0]], "history_age": [[5.0, 90.0]],
        "candidates": [["item 4", "item 4"]], "candidates_genres": [["Drama", "Drama"]],
        "candidates_year": [[1984.0, 1984.0]],
    }  # fmt: skip

    def scores(**changes):
        return rank(**{name: tf.constant(value) for name, value in {**asked, **changes}.items()})["scores"].numpy()[0]

    first, again = scores()
    assert first == again
    for changes in ({"candidates_genres": [["Drama", "Comedy"]]}, {"candidates_year": [[1984.0, 1999.0]]}):
        kept, changed = scores(**changes)
        assert kept == pytest.approx(first, abs=1e-6)
        assert abs(changed - first) > 1e-5
    for changes in ({"history_age": [[500.0, 90.0]]}, {"history_genres": [["Drama", "Drama"]]}):
        assert abs(scores(**changes)[0] - first) > 1e-5
    # A genre that is not known is any other.
    other = {"candidates_genres": [["Western", "Musical"]]}
    assert scores(**other)[0] == pytest.approx(scores(**other)[1], abs=1e-6)
    # Of no item there is nothing to know.
    empty = {"history": [["", "item 2"]]}
    assert scores(**empty)[0] == pytest.approx(scores(**empty, history_year=[[7.0, 1982.0]])[0], abs=1e-6)


def test_warm_up_requests_have_every_input(exported):
    signatures, asked = tf.saved_model.load(str(exported[0])).signatures, []
    for record in tf.data.TFRecordDataset(str(exported[0] / WARMUP_FILE)):
        request = prediction_log_pb2.PredictionLog.FromString(record.numpy()).predict_log.request
        if request.model_spec.signature_name in ("rank", "user"):
            inputs = {name: tf.constant(tf.make_ndarray(tensor)) for name, tensor in request.inputs.items()}
            found = signatures[request.model_spec.signature_name](**inputs)
            assert all(np.isfinite(each.numpy().astype(float)).all() for each in found.values())
            asked.append(request.model_spec.signature_name)
    assert asked == ["rank", "user"]


def test_an_index_has_the_features_of_its_items(exported, tmp_path, cache):
    version = exported[0]
    items = version.parents[5] / "items.csv"
    run = RunFolder(version.parents[2])
    request = IndexRequest(str(items), text="title", identifier="id", metadata=("genres", "year"), top=3)
    made = index_run(run, read_index_rows(request, run), tmp_path, cache_folder=cache)
    lines = golden(made, "recommendations")
    assert lines[-1]["request"]["history_year"] == [1980, 1981, 1982, pytest.approx(1983, abs=3)]
    answers = answers_of(str(made), "recommend", [line["request"] for line in lines])
    compare_rows(lines, answers, tolerance=1e-4, loader="recommend")
    # Item vectors are those that the signature rank compares users with.
    (found,) = answers_of(str(made), "recommend", [lines[0]["request"]])[:1]
    best = int(found["ids"][0])
    genres = ("Drama", "Comedy|Drama")[best % 2] if best < ITEMS - 1 else "Western"
    candidate = {"candidates": [f"item {best}"], "candidates_genres": [genres]}
    asked = lines[0]["request"] | candidate | {"candidates_year": [1983.0 if best == 3 else 1980.0 + best]}
    (score,) = answers_of(str(made), "rank", [asked])[0]["scores"]
    assert found["scores"][0] == pytest.approx(score, abs=1e-2 if best == 3 else 1e-4)


def test_new_items_of_an_unknown_category_are_told(exported):
    assert (
        "test: 1 new item with a category in genres that occurs less than twice in train; it counts as other"
        in exported[1]
    )
