"""Find the answers that are nearest to a question, among those of the folder that this script stands in.

    python search.py http://localhost:8501/v1/models/NAME "Where is my card?"

The server, TensorFlow Serving or `bert-tf serve`, makes the vector of the question, with the model that made those of
the answers. Needs faiss-cpu, numpy, pyarrow and requests, and nothing of bert_tf.
"""

import hashlib
import json
import pathlib
import sys
from collections.abc import Sequence
from typing import Any

import faiss
import numpy as np
import requests
from pyarrow import parquet

SECONDS = 60


class Answers:
    """The answers of a folder, with the search that is in it.

    Raises ValueError where a file is not the one that was written: a damaged one would give other answers, and FAISS
    is not made for files that it can't trust.
    """

    def __init__(self, folder: pathlib.Path) -> None:
        check_files(folder)
        self.facts: dict[str, Any] = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        self._graph = faiss.read_index(str(folder / "answers.faiss"))
        names = ["id", "text", *(["metadata"] if self.facts["metadata"] else [])]
        self._table = parquet.read_table(folder / "answers.parquet", columns=names)

    def nearest(self, vectors: np.ndarray, *, top: int = 5) -> list[dict[str, Any]]:
        """For each vector `answers`, best first, and with a threshold `none_fits`.

        Args:
            vectors: Of questions, of length 1, float32 [Q, D].
            top: How many.
        """
        scores, places = self._graph.search(np.ascontiguousarray(vectors, np.float32), top)
        return [self._answer(*row) for row in zip(scores.tolist(), places.tolist(), strict=True)]

    def _answer(self, scores: list[float], places: list[int]) -> dict[str, Any]:
        there = [(score, place) for score, place in zip(scores, places, strict=True) if place >= 0]
        rows = self._table.take([place for _, place in there]).to_pylist()
        answers = [{**row, "score": score} for row, (score, _) in zip(rows, there, strict=True)]
        threshold = self.facts["threshold"]
        return {"answers": answers, **({} if threshold is None else {"none_fits": scores[0] < threshold})}


def check_files(folder: pathlib.Path) -> None:
    """Hold all files of a folder against their hashes; raises ValueError, which names the first that differs."""
    for line in (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        expected, name = line.split("  ", 1)
        with (folder / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != expected:
                raise ValueError(f"{folder / name} has changed since it was written; copy or index the answers again")


def encode(url: str, texts: Sequence[str]) -> np.ndarray:
    """Vectors of texts by a server's signature `encode`, float32 [Q, D]; `url` is that of the model."""
    body: dict[str, Any] = {"signature_name": "encode", "inputs": {"text": list(texts)}}
    reply = requests.post(f"{url}:predict", json=body, timeout=SECONDS)
    reply.raise_for_status()
    return np.array(reply.json()["outputs"]["vector"], np.float32)


def main() -> None:
    """Prints what is found for the questions of the command line, as JSON."""
    url, *questions = sys.argv[1:]
    answers = Answers(pathlib.Path(__file__).resolve().parent)
    for found in answers.nearest(encode(url, questions)):
        sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
