import json
import pathlib
import subprocess
import sys

import pytest


def test_predict(trained, invoke):
    done = invoke("predict", str(trained.run), "The striker scored twice.", "Ministers will vote on the bill.")
    assert done.returncode == 0, done.stderr
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert [row[2] for row in rows] == ["The striker scored twice.", "Ministers will vote on the bill."]
    assert all(row[0] in {"business", "entertainment", "politics", "sports", "tech"} for row in rows)
    assert all(0.2 <= float(row[1]) <= 1 for row in rows)


def test_a_text_is_needed(trained, invoke):
    assert invoke("predict", str(trained.run)).returncode == 2


def test_json(trained, invoke):
    (answer,) = json.loads(invoke("predict", str(trained.run), "The striker scored twice.", "--json").stdout)
    assert answer["text"] == "The striker scored twice."
    assert answer["score"] == max(answer["probabilities"].values())
    assert sum(answer["probabilities"].values()) == pytest.approx(1, abs=1e-5)


def test_a_file_is_no_text(trained, invoke, tmp_path):
    (tmp_path / "my news.csv").write_text("text\nShares fall\n")
    done = invoke("predict", str(trained.run), "Shares fall", "my news.csv")
    assert done.returncode == 2
    told = " ".join(done.stderr.split())
    assert f"bert-tf score {trained.run} --in 'my news.csv' --out FILE --text COLUMN" in told
    assert "- < 'my news.csv'" in told
    nothing = invoke("predict", str(trained.run), "-", "--json")
    assert (nothing.returncode, nothing.stdout.strip()) == (0, "[]")
    assert "Standard input has no lines: there is nothing to predict." in nothing.stderr


def test_a_dash_is_the_lines_of_standard_input(trained, warm_popen):
    texts = ["The striker scored twice.", "", "Ministers, \u597d"]
    script = pathlib.Path(sys.executable).with_name("bert-tf")
    given = "\r\n".join(texts).encode() + b"\n"
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with warm_popen([script, "predict", trained.run, "-", "x", "--json"], **streams) as process:
        output, told = process.communicate(given)
    assert process.returncode == 0, told
    assert [answer["text"] for answer in json.loads(output)] == [*texts, "x"]
    with warm_popen([script, "predict", trained.run, "-"], **streams) as process:
        _, told = process.communicate(b"a\n\xff\n")
    assert process.returncode == 2
    assert b"not UTF-8: line 2, byte 1" in told
