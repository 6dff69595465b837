import json
import shutil

import pytest

from bert_tf.errors import ExportError, MissingModelError, RunError, VerifyError
from bert_tf.runs.run import new_run
from bert_tf.tasks.recipes import load_recipe
from bert_tf.workflow.source import Source, find_source


def test_a_run_and_a_model(trained):
    assert find_source(trained.run) == Source("run", trained.run)
    assert find_source(trained.model) == Source("model", trained.model)
    assert find_source(trained.run / "export") == Source("model", trained.model)


def test_neither_names_the_nearest(trained, tmp_path):
    # Deep enough for no other test's run to be near.
    alone = tmp_path / "a" / "b" / "c"
    alone.mkdir(parents=True)
    with pytest.raises(RunError, match=f"did you mean {trained.run}"):
        find_source(trained.run.with_name(trained.run.name[:-1] + "x"))
    with pytest.raises(RunError, match="is neither a run nor an exported model(.|\n)*creates a run"):
        find_source(alone)


def test_a_model_beside_a_misspelt_one_is_named(pair_model):
    with pytest.raises(RunError, match=f"did you mean {pair_model}"):
        find_source(pair_model.with_name("2"))


def test_a_run_before_its_first_epoch(tmp_path):
    run = new_run(load_recipe("bbc-news"), tmp_path)
    with pytest.raises(RunError, match="no epoch has finished"):
        find_source(run.path)


def test_a_run_whose_recipe_is_gone(trained, tmp_path):
    shutil.copy(trained.run / "run.json", tmp_path / "run.json")
    with pytest.raises(RunError, match=r"is not a complete run: recipe\.toml is missing"):
        find_source(tmp_path)


def test_several_models(pair_model, tmp_path):
    for name in ("one", "two"):
        shutil.copytree(pair_model.parent, tmp_path / name)
    with pytest.raises(MissingModelError, match="several models: one, two"):
        find_source(tmp_path)


def test_a_model_of_ids_only(pair_model, tmp_path):
    shutil.copytree(pair_model.parent, tmp_path / "ids")
    manifest = tmp_path / "ids" / "handoff" / "1" / "manifest.json"
    facts = json.loads(manifest.read_text())
    facts["signatures"]["serving_default"] = facts["signatures"]["from_ids"]
    manifest.write_text(json.dumps(facts))
    with pytest.raises(ExportError, match="takes token ids(.|\n)*use the run"):
        find_source(tmp_path / "ids")


def test_a_model_without_its_manifest(pair_model, tmp_path):
    shutil.copytree(pair_model, tmp_path / "alone" / "1")
    with pytest.raises(VerifyError, match="manifest is missing or unreadable"):
        find_source(tmp_path / "alone")
