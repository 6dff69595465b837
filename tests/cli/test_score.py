"""`bert-tf score` of a real run and its export, and of standard input."""

import csv
import io
import json
import pathlib
import subprocess
import sys

import pytest

import bert_tf

TEXTS = ["The striker scored twice.", "Ministers will vote on the bill.", "Shares fall as oil prices rise"]


@pytest.fixture
def news(tmp_path):
    path = tmp_path / "news.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["id", "title"], *enumerate(TEXTS), [3, " "]])
    return path


@pytest.mark.parametrize("kind", ["run", "model"])
def test_the_answers_are_those_of_predict(trained, news, invoke, tmp_path, kind):
    source = trained.run if kind == "run" else trained.model
    done = invoke("score", str(source), "--in", "news.csv", "--out", "out.csv", "--text", "title")
    assert done.returncode == 4, done.stderr
    assert "1 row could not be scored (empty text 1):\n  - news.csv:5: title is empty" in done.stderr
    assert "scored   3 rows" in done.stdout
    rows = list(csv.DictReader((tmp_path / "out.csv").open(newline="")))
    expected = bert_tf.Run(trained.run).predict(TEXTS)
    assert [row["id"] for row in rows] == ["0", "1", "2"]
    # The run's own kernels may be in bfloat16; see `handoff/agreement.py`.
    for row, answer in zip(rows, expected, strict=True):
        assert float(row["score"]) == pytest.approx(answer["score"], abs=0.03)
        for name, probability in answer["probabilities"].items():
            assert float(row[f"probability_{name}"]) == pytest.approx(probability, abs=0.03)


def test_standard_input_and_output_and_several_files(pair_model, tmp_path, warm_popen):
    lines = "".join(json.dumps({"text": "a", "second": "one " * count}) + "\n" for count in (1, 2)) + '{"text": "a"}\n'
    (tmp_path / "more.jsonl").write_text(json.dumps({"text": "b", "second": "one"}) + "\n")
    bert_tf_command = str(pathlib.Path(sys.executable).with_name("bert-tf"))
    command = [
        bert_tf_command, "score", str(pair_model), "--in", "-", "more.jsonl", "--out", "-", "--format", "jsonl",
        "--text-pair", "second",
    ]  # fmt: skip
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with warm_popen(command, text=True, cwd=tmp_path, **streams) as process:
        output, told = process.communicate(lines)
    assert process.returncode == 4, told
    assert "standard input:3: second is missing" in told
    rows = [json.loads(line) for line in output.splitlines()]
    assert [row["probability_many"] for row in rows] == pytest.approx([2 / 3, 3 / 4, 2 / 3], abs=1e-5)
    assert "scored   3 rows" in told


def test_json_tells_counts_and_places(pair_model, invoke, tmp_path):
    (tmp_path / "in.csv").write_text("text,second\na,one\nb,\n")
    done = invoke("score", str(pair_model), "--in", "in.csv", "--out", "out.parquet", "--text-pair", "second", "--json")
    assert done.returncode == 4
    told = json.loads(done.stdout)
    assert (told["rows"], told["refused"]) == (1, {"empty text": 1})
    assert told["refused_shown"] == ["in.csv:3: second is empty"]


def test_wrong_use_is_told(pair_model, invoke, tmp_path):
    (tmp_path / "in.csv").write_text("text,second\na,one\n")
    assert invoke("score", str(pair_model), "--in", "-", "--out", "x.csv").returncode == 2
    assert invoke("score", str(pair_model), "--in", "in.csv", "--out", "-", "--json").returncode == 2
    assert invoke("score", str(pair_model), "--in", "in.csv", "--out", "x.csv").returncode == 4
    assert invoke("score", str(tmp_path), "--in", "in.csv", "--out", "x.csv").returncode == 5
    assert not (tmp_path / "x.csv").exists()


def test_files_of_another_delimiter_and_encoding(pair_model, invoke, tmp_path):
    (tmp_path / "in.csv").write_bytes(("text;second;ort\nA;one one;Bonn\n" + "B;one;Köln\n" * 9).encode("cp1252"))
    command = ("score", str(pair_model), "--in", "in.csv", "--text-pair", "second")
    refused = invoke(*command, "--out", "x.csv", "--encoding", "cp1252")
    assert (refused.returncode, 'take --delimiter ";"' in " ".join(refused.stderr.split())) == (4, True)
    refused = invoke(*command, "--out", "x.csv", "--delimiter", ";")
    assert (refused.returncode, "take --encoding cp1252" in " ".join(refused.stderr.split())) == (4, True)
    for out in ("out.csv", "out/"):
        done = invoke(*command, "--out", out, "--delimiter", ";", "--encoding", "cp1252")
        assert done.returncode == 0, done.stderr
    for made in ("out.csv", "out/in-00000.csv"):
        rows = list(csv.DictReader(io.StringIO((tmp_path / made).read_bytes().decode("utf-8"))))
        found = [(row["text"], row["second"], row["ort"]) for row in rows]
        assert found == [("A", "one one", "Bonn"), *[("B", "one", "Köln")] * 9]
    # A folder is of one command: with another delimiter it is another.
    again = invoke(*command, "--out", "out/", "--delimiter", "|", "--encoding", "cp1252")
    assert (again.returncode, "out" in again.stderr) == (4, True)


def test_quotes_that_are_letters_and_lines_above_the_header(pair_model, invoke, tmp_path):
    # One quote that is never closed: with quotes that enclose, all behind it is one field.
    (tmp_path / "in.csv").write_text('made,by,us\ntext,second\n"a,one\nb,one one\nc,one\n')
    command = ("score", str(pair_model), "--in", "in.csv", "--text-pair", "second")
    assert invoke(*command, "--out", "x.csv", "--quote", "none").returncode == 4  # no column text
    assert invoke(*command, "--out", "x.csv", "--skip-lines", "1").returncode == 4
    for out in ("out.csv", "out/"):
        done = invoke(*command, "--out", out, "--skip-lines", "1", "--quote", "none")
        assert done.returncode == 0, done.stderr
    for made in ("out.csv", "out/in-00000.csv"):
        rows = list(csv.DictReader(io.StringIO((tmp_path / made).read_text())))
        assert [(row["text"], row["second"]) for row in rows] == [('"a', "one"), ("b", "one one"), ("c", "one")]
    # A folder is of one command.
    assert invoke(*command, "--out", "out/", "--skip-lines", "1").returncode == 4


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--quote", "|", "'|' is not one of"),
        ("--skip-lines", "-1", "-1 is not in the range"),
        ("--delimiter", ";;", "';;' is not one character"),
        ("--delimiter", "", "'' is not one character"),
        ("--encoding", "utf-99", "unknown encoding 'utf-99'"),
        ("--encoding", "base64", "unknown encoding 'base64'"),
    ],
)
def test_what_is_no_delimiter_and_no_encoding(pair_model, invoke, option, value, told):
    done = invoke("score", str(pair_model), "--in", "in.csv", "--out", "x.csv", option, value)
    assert (done.returncode, told in " ".join(done.stderr.replace("│", "").split())) == (2, True), done.stderr


def test_a_tab_has_a_name(pair_model, invoke, tmp_path):
    (tmp_path / "in.csv").write_text("text\tsecond\na\tone\n")
    for name in ("tab", "\\t", "\t"):
        command = ("score", str(pair_model), "--in", "in.csv", "--out", "x.csv", "--text-pair", "second")
        assert invoke(*command, "--delimiter", name).returncode == 0


def test_from_python(pair_model, tmp_path):
    (tmp_path / "in.csv").write_text("text,second\na,one\n")
    found = bert_tf.score(pair_model, tmp_path / "in.csv", tmp_path / "out.csv", text_pair="second")
    assert (found.rows, found.summary["labels"]) == (1, {"few": 0, "many": 1})
    (row,) = csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text()))
    assert float(row["score"]) == pytest.approx(2 / 3, abs=1e-5)
    (tmp_path / "other.csv").write_bytes("text;second\nü;one\n".encode("cp1252"))
    files = (pair_model, tmp_path / "other.csv", tmp_path / "out.csv")
    assert bert_tf.score(*files, text_pair="second", delimiter=";", encoding="cp1252").rows == 1
    (tmp_path / "other.csv").write_text('made,by,us\ntext,second\n"a,one\nb,one\n')
    assert bert_tf.score(*files, text_pair="second", skip_lines=1, quote="none").rows == 2


def test_a_pipeline_fills_a_folder(pair_model, invoke, tmp_path):
    (tmp_path / "in.csv").write_text("text,second\na,one\n")
    done = invoke("score", str(pair_model), "--in", "in.csv", "--out", "out.csv", "--runner", "DirectRunner")
    assert (done.returncode, "need a folder as output: --out out/" in done.stderr) == (2, True)
