"""`bert-tf monitor` from files or a stream to alarms; expected counts are made by going over the events."""

import contextlib
import csv
import json
import os
import pathlib
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections import Counter

import numpy as np
import pytest
from unused_port import unused_port

from bert_tf.data.rows import Row
from bert_tf.monitoring.event_files import EventFiles, find_event_files
from bert_tf.monitoring.events import ALL, EventBlock, EventColumns
from bert_tf.monitoring.monitor import Monitor, MonitoredModel
from bert_tf.monitoring.monitor_request import MonitorRequest
from bert_tf.monitoring.state_store import StateStore
from bert_tf.tasks.classify.serving import ClassifyServing
from bert_tf.tasks.multitask.heads import Head
from bert_tf.tasks.multitask.serving import MultitaskServing
from bert_tf.tasks.regress.serving import RegressServing
from bert_tf.tasks.table import TASKS
from bert_tf.workflow.source import Source


def counts_of(events):
    """Events and negatives by series and day."""
    found = Counter()
    for when, text, company in events:
        for series in (ALL, company):
            found[series, when[:10], "events"] += 1
            found[series, when[:10], "negatives"] += "bad" in text
    return found


def written(folder):
    with (folder / "series.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return Counter(
        {(row["series"], row["start"][:10], key): int(row[key]) for row in rows for key in ("events", "negatives")}
    )


def test_files_are_counted_once_and_the_surge_is_found(
    invoke, mood_model, write_events, surge_events, receiver, tmp_path
):
    common = ("--time", "time", "--by", "company", "--id", "id", "--bucket", "1d", "--out", "out")
    (tmp_path / "in").mkdir()
    write_events("in/1.jsonl", surge_events[:3000])
    done = invoke("monitor", str(mood_model), "--in", "in", *common)
    assert done.returncode == 0, done.stderr
    assert "counted  3,000 new events" in done.stdout
    write_events("in/2.jsonl", surge_events[2990:], first=2990)  # ten of them once more
    with receiver(200, 200) as (url, got):
        told = json.loads(invoke("monitor", str(mood_model), "--in", "in", *common, "--webhook", url, "--json").stdout)
    assert (told["new_events"], told["events"], told["duplicates"]) == (len(surge_events) - 3000, len(surge_events), 10)
    assert written(tmp_path / "out") == counts_of(surge_events)
    alarms = [json.loads(line) for line in (tmp_path / "out" / "alarms.jsonl").read_text().splitlines()]
    assert alarms == told["alarms"]
    assert {alarm["series"] for alarm in alarms} == {ALL, "A"}
    assert {alarm["since"] for alarm in alarms} == {"2026-01-25T00:00:00+00:00"}
    assert alarms[-1]["examples"] == ["a bad day"]
    assert list((tmp_path / "out" / "tensorboard").glob("events.out.tfevents.*"))
    page = (tmp_path / "out" / "monitor.html").read_text()
    assert "Alarm: negative texts have surged in (all), A." in page
    assert "Monitor of mood" in page
    assert [body["series"] for _, body in got] == [alarm["series"] for alarm in alarms]
    with receiver() as (url, got):
        told = json.loads(invoke("monitor", str(mood_model), "--in", "in", *common, "--webhook", url, "--json").stdout)
    assert (told["new_events"], got) == (0, [])


@pytest.mark.parametrize(
    "more, said",
    [
        (["--head", "mood"], "This model has one task and no head 'mood'."),
        (["--topics", "reason"], "This model has one task and no head 'reason'."),
        (["--negative", "negativ"], "The model has no label 'negativ'."),
        (["--bucket", "7h"], "'7h' is not a width of buckets."),
        (["--false-alarms", "often"], "'often' is not a rate of alarms."),
        (["--timezone", "Mars"], "There is no time zone 'Mars'."),
        (["--below", "0"], "This model answers with labels, not numbers."),
        (["--in", "none.csv"], "No file matches 'none.csv'."),
        (["--in", "-"], "Standard input can't be read beside files"),
        (["--quiet-until", "soon"], "--quiet-until is 'soon', not a time."),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_made(invoke, mood_model, write_events, tmp_path, more, said):
    write_events("e.jsonl", [("2026-01-01", "a bad day", "A")])
    done = invoke("monitor", str(mood_model), "--in", "e.jsonl", "--time", "time", "--out", "out", *more)
    assert done.returncode in (2, 4)
    assert said in done.stderr
    assert not (tmp_path / "out").exists()


def test_three_events_of_one_mood_with_times_of_all_kinds(invoke, mood_model, write_events):
    times = ("2026-01-01 10:00", "2026-01-01T10:00:00-05:00", "soon", "2999-01-01", "2026-01-03T00:00:00Z")
    write_events("e.jsonl", [(when, "a bad day", "A") for when in times])
    done = invoke(
        "monitor", str(mood_model), "--in", "e.jsonl", "--time", "time", "--bucket", "1d", "--out", "out", "--json"
    )
    told = json.loads(done.stdout)
    assert (told["events"], told["refused"]) == (3, {"unreadable time": 1, "time in the future": 1})
    assert told["shown"][0].endswith("e.jsonl:3: time is 'soon', not a time")
    assert told["remarks"][1:] == [
        "Of the times, 1 had no time zone and 2 had one; the first were read as UTC, which --timezone changes.",
        "1 event had a time more than a day ahead of all others: counted there, but not taken as the "
        "current time of the stream.",
        "Too few events to detect a change: (all) (3).",
        "1 of 3 buckets of time has no event.",
        "The quiet period is not over yet; alarms need it for comparison.",
    ]


def test_a_quiet_period_that_ends_before_the_first_events_is_told(invoke, mood_model, write_events):
    write_events("e.jsonl", [(f"2026-01-{day:02}T10:00:00Z", "a bad day", "A") for day in range(1, 8)])
    given = ("--in", "e.jsonl", "--time", "time", "--bucket", "1d", "--out", "out", "--json")
    for until, is_told in (("2020-01-01", True), ("2026-01-03", False)):
        folder = ("--out", until)
        told = json.loads(invoke("monitor", str(mood_model), *given, *folder, "--quiet-until", until).stdout)
        assert any("--quiet-until is before the first events" in remark for remark in told["remarks"]) is is_told


def test_columns_that_are_exchanged_are_an_error(invoke, mood_model, write_events):
    write_events("e.jsonl", [("2026-01-01", "a bad day", "A"), ("2026-01-02", "a good day", "A")])
    done = invoke("monitor", str(mood_model), "--in", "e.jsonl", "--time", "text", "--text", "time", "--out", "out")
    assert done.returncode == 4
    assert "Error: No row could be counted:" in done.stderr
    assert "2 rows could not be counted: unreadable time 2." in done.stderr
    assert "e.jsonl:1: text is 'a bad day', not a time" in done.stderr
    assert "check --time and --text" in done.stderr


def test_events_that_are_all_ahead_of_the_clock_are_an_error_about_clocks(invoke, mood_model, write_events):
    write_events("e.jsonl", [("2999-01-01", "a bad day", "A"), ("2999-01-02", "a good day", "A")])
    done = invoke("monitor", str(mood_model), "--in", "e.jsonl", "--time", "time", "--out", "out")
    assert done.returncode == 4
    assert "2 rows could not be counted: time in the future 2." in done.stderr
    assert "try:   check the clock of this machine" in done.stderr


@pytest.mark.parametrize("head", ["mood", "tone"])
def test_a_head_is_monitored_and_another_one_tells_the_topics(tmp_path, surge_events, write_events, head):
    """The answers are made here: bad texts are negative, those of A are about bags and B's about crews."""
    servings = {"mood": ClassifyServing(("negative", "other")), "tone": RegressServing(0.0, 1.0)}
    topic = ClassifyServing(("bag", "crew"))
    kinds = {"mood": "classify", "tone": "regress", "topic": "classify"}
    heads = [Head(name, kinds[name], TASKS[kinds[name]]) for name in (head, "topic")]
    serving = MultitaskServing(heads, [servings[head], topic])
    request = MonitorRequest(
        EventColumns("text", "time"), below=0.0 if head == "tone" else None, topics="topic", bucket_seconds=86_400
    )
    path = write_events("e.jsonl", surge_events)
    with StateStore(tmp_path / "out", {}) as store:
        monitor = Monitor(store, MonitoredModel(Source("model", tmp_path), "two heads", serving), request)
        files = EventFiles(request.columns, monitor.times, {})
        for block in files.blocks(find_event_files([str(path)])):
            bad = np.array([b"bad" in text for text in block.texts])
            is_a = np.array([json.loads(line)["company"] == "A" for line in lines_of(path, block)])
            outputs = {
                **probabilities("topic", ("bag", "crew"), is_a),
                **(probabilities("mood", ("negative", "other"), bad) if head == "mood" else {"tone.value": 0.5 - bad}),
            }
            monitor.count(block, outputs)
        monitor.judge(time.time(), at_end=True)
        view = monitor.view()
    assert ("head of the mood", head) in view.settings
    (series,) = view.series
    assert int(series.negatives.sum()) == sum("bad" in text for _, text, _ in surge_events)
    counted = {topic.topic: (int(topic.events.sum()), int(topic.negatives.sum())) for topic in view.topics}
    of_a, of_b = (["bad" in text for _, text, company in surge_events if company == name] for name in "AB")
    assert counted == {"bag": (len(of_a), sum(of_a)), "crew": (len(of_b), sum(of_b))}
    (alarm,) = view.alarms
    # Of the 96 texts of A on its last day, 80% are bad: half a point for half of the texts.
    assert alarm["topics"]["topics"]["bag"]["value"] == pytest.approx(0.5, abs=0.02)
    assert alarm["topics"]["mood"]["value"] == pytest.approx(0.25, abs=0.02)
    assert alarm["topics"]["only_mix"] is False


@pytest.mark.parametrize("stray", [None, "2026-06-01T00:00:00Z", "1999-01-01T00:00:00Z"])
def test_a_wrong_clock_makes_nothing_late(tmp_path, surge_events, stray):
    """Judged after each day; the stray event comes on the tenth."""
    request = MonitorRequest(EventColumns("text", "time"), bucket_seconds=86_400)
    serving = ClassifyServing(("negative", "other"))
    with StateStore(tmp_path, {}) as store:
        monitor = Monitor(store, MonitoredModel(Source("model", tmp_path), "mood", serving), request)
        for day in range(21):
            block = EventBlock("stream", ())
            events = surge_events[192 * day : 192 * (day + 1)]
            for number, (when, text, _) in enumerate(
                [(stray, "a bad day", "A")] * (day == 9 and stray is not None) + events
            ):
                block.add(Row(number, {"text": text, "time": when}), request.columns, monitor.times)
            bad = np.array([b"bad" in text for text in block.texts])
            names = ("negative", "other")
            outputs = {key.removeprefix("m."): value for key, value in probabilities("m", names, bad).items()}
            monitor.count(block, outputs)
            monitor.judge(time.time(), at_end=True)
        (alarm,) = store.alarms()
        assert (alarm["since"], store.counters.late) == ("2026-01-25T00:00:00+00:00", 0)
        assert store.detectors()[ALL]["pattern"]["texts"] == 14 * 192
        told = [
            remark for remark in monitor.view().remarks if "long before all others" in remark or "ahead of" in remark
        ]
        assert len(told) == (stray is not None)


def lines_of(path, block):
    return path.read_text().splitlines()[block.before : block.last]


def probabilities(head, names, is_first):
    first = np.where(is_first, 0.9, 0.1).astype(np.float32)
    labels = np.where(is_first, names[0], names[1]).astype(bytes)
    return {
        f"{head}.label": labels,
        f"{head}.score": np.maximum(first, 1 - first),
        f"{head}.probabilities": np.stack([first, 1 - first], 1),
    }


_COUNT = """
import pathlib, sys, time
from bert_tf.monitoring import event_files
from bert_tf.monitoring.answer_reader import ReadAnswers
from bert_tf.monitoring.event_counter import EventCounter
from bert_tf.monitoring.event_files import EventFiles, find_event_files
from bert_tf.monitoring.event_times import EventTimes
from bert_tf.monitoring.events import EventColumns
from bert_tf.monitoring.state_store import StateStore
from bert_tf.monitoring.time_buckets import TimeBuckets
event_files._FIRST_ROWS = event_files.MOST_ROWS = 20
with StateStore(pathlib.Path(sys.argv[2]), {}) as store:
    counter = EventCounter(store, TimeBuckets(86_400), negative=frozenset({"bad"}), by_series=True)
    files = EventFiles(EventColumns("text", "time", "company"), EventTimes("time"), store.positions())
    print("begun", flush=True)
    for number, block in enumerate(files.blocks(find_event_files([sys.argv[1]]))):
        if number == int(sys.argv[3]):
            time.sleep(900)
        outcomes = ["bad" if b"bad" in text else "good" for text in block.texts]
        answers = ReadAnswers(outcomes, [0.5] * len(outcomes))
        counter.count(block, answers)
print("done", flush=True)
"""


def test_counting_that_is_killed_again_and_again_counts_each_row_once(write_events, surge_events, tmp_path, warm_popen):
    path, dice, kills = write_events("e.jsonl", surge_events), random.Random(4), 0
    # Of 200 blocks the first processes have at most so many: they are killed before they are done, however late.
    blocks = dict.fromkeys(range(5), "30")
    for attempt in range(30):
        command = [sys.executable, "-c", _COUNT, path, tmp_path / "out", blocks.get(attempt, "-1")]
        process = warm_popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "begun\n"
        if attempt in blocks:
            time.sleep(dice.uniform(0, 0.15))
            process.kill()
        if process.communicate()[0] == "done\n":
            break
        kills += 1
    assert kills >= 2
    with sqlite3.connect(tmp_path / "out" / "state.sqlite") as state:
        rows = state.execute("SELECT series, outcome, SUM(events) FROM counts GROUP BY series, outcome").fetchall()
    expected = Counter()
    for _, text, company in surge_events:
        outcome = "bad" if "bad" in text else "good"
        expected.update([(ALL, outcome), (company, outcome)])
    assert {(series, outcome): events for series, outcome, events in rows} == expected


def begin(popen, model, cache, folder, *more):
    program = str(pathlib.Path(sys.executable).with_name("bert-tf"))
    options = ("--time", "time", "--by", "company", "--id", "id", "--bucket", "1d", "--out", "out", *more)
    return popen(
        [program, "monitor", str(model), "--in", "-", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env={**os.environ, "BERT_TF_CACHE": str(cache)},
    )


def events_counted(port):
    """What the metrics say."""
    with contextlib.suppress(OSError):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            values = re.findall(r'events_total\{.*series="\(all\)"\} (.+)', answer.read().decode())
        return sum(map(float, values))
    return 0


def test_a_stream_that_is_sent_again_after_a_kill_counts_once(
    mood_model, cache, write_events, surge_events, tmp_path, warm_popen
):
    lines = write_events("e.jsonl", surge_events[:600]).read_bytes().splitlines(keepends=True)
    port, page_port = unused_port(), unused_port()
    served = ("--metrics-port", str(port), "--serve", "--port", str(page_port))
    killed = begin(warm_popen, mood_model, cache, tmp_path, *served)
    killed.stdin.write(b"".join(lines[:300]))
    killed.stdin.flush()
    deadline = time.monotonic() + 900
    while not events_counted(port) and killed.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    with urllib.request.urlopen(f"http://127.0.0.1:{page_port}/") as answer:
        assert b"Monitor of mood" in answer.read()
    killed.stdin.write(b"".join(lines[300:400]))
    killed.stdin.flush()
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    again = begin(warm_popen, mood_model, cache, tmp_path)
    output, _ = again.communicate(b"".join(lines))
    assert again.returncode == 0
    assert b"600 altogether" in output
    assert b"skipped, because the id was already counted" in output
    assert written(tmp_path / "out") == counts_of(surge_events[:600])
