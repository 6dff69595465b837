"""What searching answers costs a server: time of a request, and memory, by how many answers there are.

    python -m benchmarks.answers runs/customer-service --rows 77 10000 100000

indexes so many answers with the model of a run of the task `embed`, starts `bert-tf serve`, and sends one question a
request over REST, one after the other, to the signature `answer` and, for comparison, to `encode`, which does the same
without the search. It prints the median and the 99th percentile of each, and the server's resident memory at the end.

The first index is of texts; the others have made-up texts and vectors, since a search takes as long whatever they are.
"""

import argparse
import pathlib
import tempfile
import time
from collections.abc import Iterator, Sequence

import httpx
import numpy as np
import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.machine import machine_facts
from benchmarks.serving.process import ServerProcess, running_server
from bert_tf.data.corpus import Corpus, make_corpus
from bert_tf.environment import cache_folder
from bert_tf.export.answer_index import AnswerIndex
from bert_tf.export.folders import read_manifest
from bert_tf.handoff.index_rows import TOP, IndexRows
from bert_tf.runs.run import open_run

QUESTIONS = (
    "I can't log in, what do I do?", "Where is my new card?", "Why was I charged twice for the same purchase?",
    "How long does a transfer to another country take?", "My phone was stolen", "Can I change my PIN at a machine?",
)  # fmt: skip
SIGNATURES = ("answer", "encode")
_WARM = 20  # requests that are not counted


def main() -> None:
    """Prints the table, row by row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=pathlib.Path, help="a run of the task embed")
    parser.add_argument("--rows", type=int, nargs="+", default=[77, 10_000, 100_000], help="numbers of answers")
    parser.add_argument("--requests", type=int, default=500, help="to each signature, of one question")
    options = parser.parse_args()
    console = Console()
    facts = machine_facts()
    console.print(f"{facts['cpu']}, {facts['cores']} cores, {', '.join(facts['flags'])}", highlight=False)
    table = Table("answers", "signature", "p50 ms", "p99 ms", "server MiB", "version MiB")
    for count, measured, mebibytes, size in measure(options.run, options.rows, requests=options.requests):
        for name, seconds in measured.items():
            half, most = (f"{1000 * float(np.percentile(seconds, rank)):.1f}" for rank in (50, 99))
            table.add_row(f"{count:,}", name, half, most, f"{mebibytes:,.0f}", f"{size / 2**20:,.0f}")
    console.print(table)


def measure(
    run: pathlib.Path, counts: Sequence[int], *, requests: int
) -> Iterator[tuple[int, dict[str, list[float]], float, int]]:
    """For each number of answers: seconds of each request by signature, the server's memory in MiB, and the bytes of
    the version."""
    from bert_tf.handoff.index_run import index_run

    opened = open_run(run)
    with tempfile.TemporaryDirectory() as scratch:

        def indexed(rows: IndexRows, name: str) -> pathlib.Path:
            return index_run(opened, rows, pathlib.Path(scratch) / name, cache_folder=cache_folder())

        few = made_up_corpus(min(counts))
        facts = read_manifest(indexed(rows_of(few), "few"))["answers"]
        for count in counts:
            index = made_up_index(count, width=facts["dimensions"], model_sha256=facts["model_sha256"])
            version = indexed(rows_of(index.corpus, index), f"of-{count}")
            with running_server(version) as server:
                seconds = {name: [*request_seconds(server, name, requests)] for name in SIGNATURES}
                mebibytes = psutil.Process(server.process.pid).memory_info().rss / 2**20
            yield count, seconds, mebibytes, read_manifest(version)["size_bytes"]


def request_seconds(server: ServerProcess, signature: str, count: int) -> Iterator[float]:
    """Seconds of so many requests, one after the other over one connection, behind some that are not counted."""
    with httpx.Client(base_url=server.rest, timeout=60) as client:
        for number in range(_WARM + count):
            body = {"signature_name": signature, "instances": [{"text": QUESTIONS[number % len(QUESTIONS)]}]}
            start = time.perf_counter()
            client.post(f"/v1/models/{server.name}:predict", json=body).raise_for_status()
            if number >= _WARM:
                yield time.perf_counter() - start


def rows_of(corpus: Corpus, before: AnswerIndex | None = None) -> IndexRows:
    """What an index is made of, without questions."""
    return IndexRows(corpus, None, min(TOP, len(corpus)), before, "made-up answers")


def made_up_index(count: int, *, width: int, model_sha256: str) -> AnswerIndex:
    """Vectors in all directions alike, of length 1."""
    vectors = np.random.default_rng(0).standard_normal((count, width), np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return AnswerIndex(made_up_corpus(count), vectors, model_sha256, truncated=0)


def made_up_corpus(count: int) -> Corpus:
    """Answers of some 150 characters, no two alike."""
    texts = [f"{number}: {QUESTIONS[number % len(QUESTIONS)]} ".encode() * 4 for number in range(count)]
    return make_corpus([str(number) for number in range(count)], texts, None)


if __name__ == "__main__":
    main()
