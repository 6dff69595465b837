"""A short attack on real runs, caches and exports, and proof that it would see what is not found."""

import json
import random

import pytest

from benchmarks.attack import damage as damages
from benchmarks.attack import mutations
from benchmarks.attack.specimen import Specimen, make_specimen
from benchmarks.attack.uses import OF_OTHER_TASKS
from bert_tf.integrity import HASH

# Those that start processes have tests of their own; of other tasks tests/tasks has the runs.
LEFT_OUT = ("export", "verify", "compile, damaged kernels")
QUICK = [use for use in mutations.USES if use.name not in LEFT_OUT and use not in OF_OTHER_TASKS]


@pytest.fixture(scope="module")
def specimen(tmp_path_factory):
    return make_specimen(tmp_path_factory.mktemp("attack") / "specimen", others=())


def test_damage_is_told_or_makes_no_difference(specimen):
    cases = mutations.attack(specimen, count=40, seed=7, uses=QUICK)
    assert [case for case in cases if case.verdict == "VIOLATION"] == []
    assert {case.verdict for case in cases} == {"same", "told"}


def test_what_nobody_checks_is_seen(specimen, monkeypatch):
    def unchecked(path, required):
        values = json.loads(path.read_text())
        values.pop(HASH, None)
        return values

    def raise_the_score(path, others, dice):
        values = json.loads(path.read_text())
        values["test"]["accuracy"] += 0.25
        path.unlink()
        path.write_text(json.dumps(values))
        return "a higher score"

    monkeypatch.setattr(mutations, "damage", raise_the_score)
    (listed,) = (use for use in mutations.USES if use.name == "runs")
    scores = listed._replace(files=lambda copy: [copy.runs / "first" / "metrics.json"])
    assert [case.verdict for case in mutations.attack(specimen, count=1, seed=1, uses=[scores])] == ["told"]
    monkeypatch.setattr("bert_tf.runs.run.read_document", unchecked)
    assert [case.verdict for case in mutations.attack(specimen, count=1, seed=1, uses=[scores])] == ["VIOLATION"]


def test_a_file_may_change_places_with_that_of_the_other_run(tmp_path):
    specimen = Specimen(tmp_path)
    for name in ("first", "second"):
        (specimen.runs / name).mkdir(parents=True)
        (specimen.runs / name / "run.json").touch()
    (specimen.runs / "first" / "metrics.json").touch()
    assert specimen.twins(specimen.runs / "first" / "run.json") == [specimen.runs / "second" / "run.json"]
    assert specimen.twins(specimen.runs / "first" / "metrics.json") == []
    assert specimen.twins(specimen.cache / "run.json") == []


@pytest.mark.parametrize("seed", range(20))
def test_a_damaged_file_is_another_one(tmp_path, seed):
    paths = [tmp_path / name for name in ("one.json", "two.json")]
    for path in paths:
        path.write_text(f'{{"name": "{path.name}", "values": [1, 2.5, null]}}')
    before = [path.read_bytes() for path in paths]
    assert damages.damage(paths[0], paths[1:], random.Random(seed))
    assert [path.read_bytes() if path.exists() else None for path in paths] != before
