"""What searching answers costs a server: time of a request, and memory, by how many answers there are.

    python -m benchmarks.answers runs/customer-service --rows 77 10000 100000

indexes so many answers with the model of a run of the task `embed`, starts `bert-tf serve`, and sends one question a
request over REST, one after the other, to the signature `answer` and, for comparison, to `encode`, which does the same
without the search. It prints the median and the 99th percentile of each, and the server's resident memory at the end.

The first index is of texts; the others have made-up texts and vectors, since a search takes as long whatever they are.

Beside that stands the approximate search of `bert-tf index --approximate`, of the same vectors: how much it finds of
what the exact one finds, and the time of a question to either in this process, without a server and without the model.
Questions are vectors near an answer's, with a cosine of 0.7 to it. Vectors in all directions alike have no neighbours
to be led by, so that the recall is that of a hard case.
"""

import argparse
import dataclasses
import pathlib
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence

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
from bert_tf.export.approximate_search import choose_breadth, neighbour_graph
from bert_tf.export.folders import read_manifest
from bert_tf.handoff.golden_questions import best_answers
from bert_tf.handoff.index_rows import TOP, IndexRows
from bert_tf.runs.run import open_run

QUESTIONS = (
    "I can't log in, what do I do?", "Where is my new card?", "Why was I charged twice for the same purchase?",
    "How long does a transfer to another country take?", "My phone was stolen", "Can I change my PIN at a machine?",
)  # fmt: skip
SIGNATURES = ("answer", "encode")
_WARM = 20  # requests that are not counted
_ASKED = 1000  # questions to a search without a server


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
    searches = Table("answers", "search", "recall", "p50 ms", "p99 ms", "candidates", "built in s")
    for found in measure(options.run, options.rows, requests=options.requests):
        for name, seconds in found.seconds.items():
            sizes = f"{found.mebibytes:,.0f}", f"{found.size / 2**20:,.0f}"
            table.add_row(f"{found.count:,}", name, *times(seconds), *sizes)
        beside = found.searches
        searches.add_row(f"{found.count:,}", "exact", "1", *times(beside.exact), "", "")
        more = str(beside.candidates), f"{beside.building:.1f}"
        searches.add_row(f"{found.count:,}", "approximate", f"{beside.recall:.4f}", *times(beside.seconds), *more)
    console.print(table)
    console.print(searches)


@dataclasses.dataclass(frozen=True)
class Searches:
    """An approximate search beside an exact one.

    Attributes:
        recall: Share of the nearest answers that the approximate one finds.
        candidates: Answers that it looks at, as of `choose_breadth`.
        building: Seconds to link the answers.
        seconds, exact: Of each question.
    """

    recall: float
    candidates: int
    building: float
    seconds: list[float]
    exact: list[float]


@dataclasses.dataclass(frozen=True)
class Found:
    """What was measured of a number of answers.

    Attributes:
        count: The number.
        seconds: Of each request, by signature.
        mebibytes: The server's memory.
        size: Bytes of the version.
        searches: Without a server.
    """

    count: int
    seconds: dict[str, list[float]]
    mebibytes: float
    size: int
    searches: Searches


def times(seconds: list[float]) -> list[str]:
    """The median and the 99th percentile in milliseconds."""
    return [f"{1000 * float(np.percentile(seconds, rank)):.2f}" for rank in (50, 99)]


def measure(run: pathlib.Path, counts: Sequence[int], *, requests: int) -> Iterator[Found]:
    """What is found for each number of answers."""
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
            yield Found(count, seconds, mebibytes, read_manifest(version)["size_bytes"], compared(index.vectors))


def compared(vectors: np.ndarray) -> Searches:
    """Search N answers in both ways, float32 [N, D]."""
    asked = questions_near(vectors, min(_ASKED, len(vectors)))
    top = min(TOP, len(vectors))
    start = time.perf_counter()
    graph = neighbour_graph(vectors)
    building = time.perf_counter() - start
    chosen = choose_breadth(graph, asked, best_answers(asked, vectors, top=top)[1])
    columns = np.ascontiguousarray(vectors.T)  # as the exported graph has them
    return Searches(
        recall=chosen["recall"],
        candidates=chosen["candidates"],
        building=building,
        seconds=[*question_seconds(lambda question: graph.search(question, top), asked)],
        exact=[*question_seconds(lambda question: np.argpartition(-(question @ columns)[0], top - 1)[:top], asked)],
    )


def questions_near(vectors: np.ndarray, count: int) -> np.ndarray:
    """Vectors of length 1, each with a cosine of about 0.7 to an answer's, float32 [Q, D]."""
    noise = np.random.default_rng(1).standard_normal((count, vectors.shape[1]), np.float32)
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    asked = vectors[np.linspace(0, len(vectors) - 1, count).astype(int)] + noise
    return np.asarray(asked / np.linalg.norm(asked, axis=1, keepdims=True), np.float32)


def question_seconds(search: Callable[[np.ndarray], object], asked: np.ndarray) -> Iterator[float]:
    """Seconds of each question by itself, behind some that are not counted."""
    for number, row in enumerate([*asked[:_WARM], *asked]):
        start = time.perf_counter()
        search(row[np.newaxis])
        if number >= _WARM:
            yield time.perf_counter() - start


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
