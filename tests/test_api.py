"""The whole flow from Python: train, metrics, export, load, predict."""

import csv
import doctest
import os
import pathlib
import shutil

import numpy as np
import pytest

import bert_tf
from bert_tf import api, classifier, scoring_api, training_api
from bert_tf.errors import DataError, ExportError, RunError
from bert_tf.recipe.load_recipe import resolved_toml
from bert_tf.tasks.recipes import load_recipe

TEXTS = ["The striker scored twice in the final.", "Shares fell after the bank's profit warning.", ""]


def test_a_run_answers_as_its_export_does(trained, cache, monkeypatch):
    monkeypatch.setenv("BERT_TF_CACHE", str(cache))
    own = bert_tf.Run(trained.run).predict(TEXTS)
    served = bert_tf.load(trained.model).predict(TEXTS)
    for one, other in zip(own, served, strict=True):
        assert one["label"] == other["label"]
        assert one["probabilities"] == pytest.approx(other["probabilities"], abs=2e-5)
        assert sum(one["probabilities"].values()) == pytest.approx(1, abs=1e-5)


def test_evaluating_again_gives_the_same_metrics(trained, cache, monkeypatch):
    monkeypatch.setenv("BERT_TF_CACHE", str(cache))
    run = bert_tf.Run(trained.run)
    before = run.metrics
    again = run.evaluate()
    assert again["test"] == before["test"]
    assert run.metrics["epochs"] == before["epochs"]
    assert len(before["epochs"]) == 2


def test_nothing_and_one_text(trained):
    run, model = bert_tf.Run(trained.run), bert_tf.load(trained.model)
    assert run.predict([]) == model.predict([]) == []
    with pytest.raises(RunError, match="list of strings"):
        run.predict("one text")
    with pytest.raises(ExportError, match="list of strings"):
        model.predict("one text")


def test_not_a_run(tmp_path):
    with pytest.raises(RunError, match="is not a run"):
        bert_tf.Run(tmp_path)


def test_unknown_name():
    with pytest.raises(AttributeError, match="no attribute 'trian'"):
        _ = bert_tf.trian


def test_probabilities_are_float_and_plain(trained):
    answer = bert_tf.load(trained.model).predict(["x"])[0]
    assert {type(value) for value in answer["probabilities"].values()} == {float}
    assert np.isclose(answer["score"], max(answer["probabilities"].values()))


def test_compare(trained):
    found = bert_tf.compare(trained.run, trained.run, split="validation")
    assert found.verdict.endswith(" these runs are right on exactly the same ones.")
    assert (found.recipe, found.surroundings) == ((), ())
    with pytest.raises(RunError, match="is not a run"):
        bert_tf.compare(trained.run, trained.run.parent)


def write_table(path, rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)


EXAMPLES = [
    test
    for module in (api, classifier, scoring_api, training_api)
    for test in doctest.DocTestFinder().find(module, globs={})
    if test.examples
]


FAQ = """
task = "embed"

[data]
source = "files"
train = "faq.csv"
text = "question"
label = "answer"

[model]
encoder = "bow"

[text]
max_tokens = 16

[training]
epochs = 1
"""


@pytest.fixture(scope="module")
def folder_of_examples(trained, one_layer, cache, tmp_path_factory):
    """Runs and an exported model where the examples in docstrings have them, and the tables that they read."""
    folder = tmp_path_factory.mktemp("examples")
    answers = [(f"id-{number}", f"answer number {number}") for number in range(8)]
    write_table(folder / "answers.csv", [("id", "text"), *answers])
    write_table(folder / "faq.csv", [("question", "answer"), *((f"a question on {id}", text) for id, text in answers)])
    (folder / "faq.toml").write_text(FAQ)
    # The recipe that the examples name, with an encoder that learns in seconds; whose name comes first is the reader's.
    (folder / "recipes").mkdir()
    quick = load_recipe("bbc-news", {"model.encoder": str(one_layer), "model.kernels": "reference"})
    (folder / "recipes" / "bbc-news.toml").write_text(resolved_toml(quick))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BERT_TF_CACHE", str(cache))
        patch.chdir(folder)
        run = bert_tf.train("faq.toml", export=False)
        shutil.move(run.path, folder / "runs" / "faq" / "20260101-120000")
    for name in ("20260101-120000", "20260102-120000"):
        shutil.copytree(trained.run, folder / "runs" / "bbc-news" / name, copy_function=os.link)
    shutil.copytree(trained.model.parent, folder / "models" / "bbc-news", copy_function=os.link)
    (folder / "new.csv").write_text("id,body\n1,The bank lost money.\n2,They won the cup.\n")
    return folder


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_the_example_in_a_docstring_is_true(example, folder_of_examples, cache, monkeypatch):
    monkeypatch.setenv("BERT_TF_CACHE", str(cache))
    monkeypatch.chdir(folder_of_examples)
    example.globs = {"bert_tf": bert_tf}
    printed = []
    doctest.DocTestRunner(verbose=False).run(example, out=printed.append)
    assert not printed, "".join(printed)


def test_answers_and_questions_are_read_as_the_command_reads_them(folder_of_examples, monkeypatch):
    monkeypatch.chdir(folder_of_examples)
    run = bert_tf.Run("runs/faq/20260101-120000")
    pathlib.Path("antworten.csv").write_bytes('für;uns\nnr;körper\n1;Käse\n2;"Brot\n'.encode("cp1252"))
    pathlib.Path("fragen.csv").write_bytes('für;uns\nfrage;antwort\nWelcher "Käse?;1\nWozu?;drei\n'.encode("cp1252"))
    read = {"delimiter": ";", "encoding": "cp1252", "quote": "none", "skip_lines": 1}
    written = {"text": "körper", "identifier": "nr", **read}
    with pytest.raises(DataError, match="3 answers to a question can't be found among 2 answers"):
        run.index("antworten.csv", top=3, **written)
    with pytest.raises(DataError, match=r"fragen\.csv:4.*'drei'"):
        run.index("antworten.csv", questions="fragen.csv", question="frage", answer="antwort", **written)
    with pytest.raises(ExportError, match=r"0\.1"):
        run.index("antworten.csv", target_serving="0.1", **written)


def test_every_entry_point_has_an_example():
    names = {example.name.removeprefix("bert_tf.").partition(".")[2] for example in EXAMPLES}
    own = {name for name, value in vars(api.Run).items() if not name.startswith("_")}
    assert names >= {*bert_tf.__all__} | {f"Run.{name}" for name in own - {"recipe", "metrics", "report"}}
