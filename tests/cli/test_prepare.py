"""`bert-tf prepare`: the token ids that `train` would make."""

import json
import sys

import pytest


@pytest.fixture
def prepare(invoke, tmp_path, minilm):
    lines = [f"The film number {number} was {'good' if number % 2 else 'bad'}.,{number % 2}" for number in range(30)]
    (tmp_path / "reviews.csv").write_text("\n".join(["text,label", *lines, ",0"]) + "\n")
    (tmp_path / "mine.toml").write_text(
        f'task = "classify"\n[data]\nsource = "files"\ntrain = "reviews.csv"\ntest = 0.2\non_bad_row = "skip"\n'
        f'[text]\nmax_tokens = 8\n[model]\nencoder = "{minilm}"\n'
    )

    def run(*arguments):
        done = invoke("prepare", "mine.toml", *arguments, BERT_TF_CACHE=str(tmp_path / "cache"))
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_token_ids_are_there_afterwards_and_are_kept(prepare, tmp_path):
    told = json.loads(prepare("--json"))
    assert (told["report"]["rows"], told["truncated"]) == ({"train": 24, "test": 6}, {"train": 24, "test": 6})
    # [CLS] the film number N was good . [SEP] are 9 tokens: all are cut to 8.
    assert told["tokens"] == {"train": 8 * 24, "test": 8 * 6}
    made = {path: path.stat().st_mtime_ns for path in (tmp_path / "cache" / "tokens").glob("*.arrow")}
    assert len(made) == 2
    assert told["cache"] == str(tmp_path / "cache" / "tokens")
    shown = prepare()
    assert "train      24 rows, 192 tokens, 24 texts truncated" in shown
    assert "empty text" in shown or "text is empty" in shown
    assert {path: path.stat().st_mtime_ns for path in made} == made


def test_what_a_pipeline_lacks_is_told(invoke, monkeypatch):
    monkeypatch.setitem(sys.modules, "apache_beam", None)
    done = invoke("prepare", "bbc-news", "--runner-option", "project=mine")
    assert (done.returncode, "--runner-option is for a pipeline's runner" in done.stderr) == (2, True)
    done = invoke("prepare", "bbc-news", "--runner", "DirectRunner")
    assert (done.returncode, "--runner needs the package apache-beam" in done.stderr) == (7, True)
