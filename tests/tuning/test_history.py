"""Trials on disk."""

import dataclasses

import pytest

from bert_tf.errors import RunError
from bert_tf.tuning.history import Trial, best_trial, read_history, read_trial, trial_folder, write_trial


def trial(number, **others):
    fields = {"values": {"training.epochs": 2}, "status": "finished", "started": "2026-01-01T00:00:00+00:00"}
    return Trial(id=f"{number:02}", number=number, **{**fields, **others})


def test_what_was_written_is_read_by_number(tmp_path):
    written = [
        trial(10, score=0.5, metrics={"validation.accuracy": 0.5}, spread={"validation.accuracy": 0.1}, seconds=3.5),
        trial(2, status="failed", reason="out of memory", values={"model.dropout": None, "model.encoder": "bär"}),
        trial(0, status="running", epochs=1, continued_from="02", worker="worker-1"),
    ]
    for each in written:
        write_trial(tmp_path, each)
    assert read_history(tmp_path) == written[::-1]
    assert read_trial(tmp_path, "02") == written[1]
    assert read_trial(tmp_path, "03") is None


def test_a_trial_that_ends_replaces_itself(tmp_path):
    write_trial(tmp_path, trial(0, status="running"))
    write_trial(tmp_path, trial(0, score=0.5))
    assert read_history(tmp_path) == [trial(0, score=0.5)]


def test_run_folders_and_half_written_files_are_no_trials(tmp_path):
    write_trial(tmp_path, trial(0))
    trial_folder(tmp_path, "00").mkdir()
    (trial_folder(tmp_path, "00") / "run.json").write_text("{}")
    (tmp_path / "trials" / ".01.json.ab12").write_text("{")
    assert read_history(tmp_path) == [trial(0)]


def test_none_before_the_first(tmp_path):
    assert read_history(tmp_path) == []


@pytest.mark.parametrize("content", ["", "{", "[]", '{"id": "00"}', '{"colour": 1}'])
def test_a_damaged_file_is_told(tmp_path, content):
    write_trial(tmp_path, trial(0))
    (tmp_path / "trials" / "00.json").write_text(content)
    with pytest.raises(RunError, match=r"The trial 00 can't be read") as caught:
        read_history(tmp_path)
    assert "00.json" in caught.value.where


def test_the_best_has_seen_all_epochs():
    trials = [
        trial(0, score=0.5),
        trial(1, score=0.9, epochs=1),  # of a lower rung
        trial(2, score=0.95, status="pruned"),
        trial(3, score=0.7, epochs=3),
        trial(4, score=0.7),
        trial(5, status="failed"),
        trial(6, status="running"),
    ]
    assert best_trial(trials, direction="max", epochs=3).number == 3
    assert best_trial(trials, direction="min", epochs=3).number == 0
    failed = [dataclasses.replace(each, status="failed") for each in trials]
    assert best_trial(failed, direction="max", epochs=3) is None


def test_another_score_is_told(tmp_path):
    write_trial(tmp_path, trial(0, score=0.5))
    path = tmp_path / "trials" / "00.json"
    path.write_text(path.read_text().replace("0.5", "0.9"))
    with pytest.raises(RunError, match="can't be read: its content has changed since it was written"):
        read_history(tmp_path)
