"""`bert-tf plan` in processes of its own, on real data and weights."""

import json
import re

import pytest

from bert_tf.cli.plan import _duration, _money
from bert_tf.costs import find_instance

STAGES = ["start", "data", "training", "validation", "evaluation", "export", "report"]


@pytest.fixture
def scratch(tmp_path_factory, monkeypatch):
    """Where temporary files go."""
    folder = tmp_path_factory.mktemp("scratch")
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def test_a_plan_for_programs(begun, short, tmp_path, scratch):
    done = begun("plan", "bbc-news", *short, "--steps", "3", "--instance", "m7i.xlarge", "--json")
    assert done.returncode == 0, done.stderr
    plan = json.loads(done.stdout)
    assert list(plan["stages"]) == STAGES
    assert all(seconds > 0 for seconds in plan["stages"].values())
    assert plan["seconds"] == pytest.approx(sum(plan["stages"].values()))
    # 192 rows to train on, in batches of 16.
    assert (plan["steps"], plan["epochs"]) == (12, 2)
    assert plan["compute"].startswith("reference kernels")
    assert 300 < plan["peak_memory_mib"] < 8000
    assert plan["cost"]["dollars"] == pytest.approx(plan["seconds"] / 3600 * 0.2016)
    assert plan["cost"]["dated"] == find_instance("m7i.xlarge").dated
    # Neither a run nor a temporary file is left.
    assert not list(tmp_path.iterdir())
    assert not list(scratch.iterdir())


def test_a_plan_for_people(begun, short, tmp_path):
    done = begun("plan", "bbc-news", *short, "--steps", "1", "--dollars-per-hour", "36000")
    assert done.returncode == 0, done.stderr
    assert re.search(r"validation after each epoch +│ +[\d.]+ s │ +\d+%", done.stdout)
    said = re.search(
        r"About (.+) on this machine \(\d+ cores.*\): 2 × 12 steps of [\d.]+ m?s, reference kernels.*"
        r"It needs ([\d,]+) of [\d,]+ MiB of memory, and costs about \$([\d.]+) \(at the given price\) "
        r"and [\d.e-]+ kWh",
        done.stdout,
    )
    assert said, done.stdout
    # At 10 dollars a second.
    total = re.search(r"total, from command to report +│ +(?:(\d+) min )?([\d.]+) s", done.stdout)
    assert float(said[3]) / 10 == pytest.approx(int(total[1] or 0) * 60 + float(total[2]), abs=1)
    assert not list(tmp_path.iterdir())


WRONG = [
    (["bbc-new"], 3, ["bbc-new", "bbc-news"]),
    (["bbc-news", "--set", "training.epoch=1"], 3, ["training.epoch", "epochs"]),
    (["bbc-news", "--instance", "m7i.xlrge"], 2, ["m7i.xlrge", "m7i.xlarge", "--dollars-per-hour"]),
    (["bbc-news", "--steps", "0"], 2, ["--steps"]),
]


def test_wrong_use_is_told_before_tensorflow_starts(before_tensorflow):
    answers = before_tensorflow([["plan", *arguments] for arguments, *_ in WRONG])
    for done, (_, status, told) in zip(answers, WRONG, strict=True):
        assert done.returncode == status, done
        assert all(part in done.stderr for part in told), done.stderr


@pytest.mark.parametrize(
    "seconds, text",
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.4, "59 s"), (59.9, "1 min 00 s"), (185, "3 min 05 s"),
     (3599.6, "1 h 00 min"), (7800, "2 h 10 min")],
)  # fmt: skip
def test_durations(seconds, text):
    assert _duration(seconds) == text


@pytest.mark.parametrize("dollars, text", [(0.00312, "0.0031"), (0.25, "0.25"), (12.4, "12.40"), (0, "0")])
def test_money(dollars, text):
    assert _money(dollars) == text
