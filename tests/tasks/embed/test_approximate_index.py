"""The specimen's run with a corpus for a search beside the server."""

import importlib.util
import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
from specimens import TEXTS

from bert_tf.data import corpus
from bert_tf.errors import DataError, ExportError
from bert_tf.export.answer_index import read_index
from bert_tf.handoff.approximate_index import approximate_index
from bert_tf.handoff.index_rows import IndexRequest, read_index_rows


@pytest.fixture(scope="module")
def made(finished_run, cache, tmp_path_factory):
    """The folder, and what was said of it."""
    folder, run = tmp_path_factory.mktemp("search"), finished_run("embed").run
    lines = [json.dumps({"id": number, "text": text, "team": number % 2}) for number, text in enumerate(TEXTS)]
    (folder / "answers.jsonl").write_text("\n".join(lines))
    request = IndexRequest(str(folder / "answers.jsonl"), metadata=["team"], top=3, approximate=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(corpus, "LARGEST_CORPUS", 4)
        with pytest.raises(DataError, match=r"more than 4 answers(.|\n)*--approximate FOLDER"):
            read_index_rows(IndexRequest(str(folder / "answers.jsonl")), run)
        rows = read_index_rows(request, run)
    facts = approximate_index(run, rows, folder / "made", cache_folder=cache)
    with pytest.raises(ExportError, match="there already"):
        approximate_index(run, rows, folder / "made", cache_folder=cache)
    return folder / "made" / "answers", facts


def test_what_is_said_is_written(made):
    folder, facts = made
    assert json.loads((folder / "index.json").read_text()) == facts
    assert facts["search"] == {"candidates": 32, "recall": 1.0, "questions": len(TEXTS), "top": 3}
    assert (facts["rows"], facts["threshold"], facts["report"]) == (len(TEXTS), None, {})


def test_the_client_finds_what_a_sort_finds(made):
    folder, _ = made
    spec = importlib.util.spec_from_file_location("search", folder / "search.py")
    client = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(client)
    vectors = read_index(folder / "answers.parquet").vectors
    answers = client.Answers(folder)
    for found, cosines in zip(answers.nearest(vectors, top=4), vectors @ vectors.T, strict=True):
        order = np.argsort(-cosines)[:4]
        assert [each["id"] for each in found["answers"]] == [str(place) for place in order]
        assert [each["text"] for each in found["answers"]] == [TEXTS[place] for place in order]
        assert [json.loads(each["metadata"]) for each in found["answers"]] == [{"team": place % 2} for place in order]
        np.testing.assert_allclose([each["score"] for each in found["answers"]], cosines[order], atol=1e-5)
        assert "none_fits" not in found
    answers.facts["threshold"] = 2.0
    assert answers.nearest(vectors[:1])[0]["none_fits"] is True


@pytest.mark.parametrize("name", ["answers.faiss", "answers.parquet", "index.json"])
def test_the_client_refuses_files_that_were_not_written_together(made, name, tmp_path):
    folder = shutil.copytree(made[0], tmp_path / "answers")
    content = bytearray((folder / name).read_bytes())
    content[-9] ^= 1
    (folder / name).write_bytes(content)
    command = [sys.executable, str(folder / "search.py"), "http://localhost:1", "a question"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert f"{name} has changed since it was written" in done.stderr
