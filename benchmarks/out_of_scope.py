"""Banking77 with intents that are held out of training: their questions have no answer among those of the others.

    python -m benchmarks.out_of_scope data/banking77 scope
    BANKING77=scope bert-tf train customer-service
    bert-tf index runs/customer-service --answers scope/answers.csv --questions scope/asked.csv

The folder gets `train.csv` and `test.csv` without ten intents that are drawn by a seed, `answers.csv` with the names of
the others in words, and `asked.csv`: all questions of the test file, those of the held-out intents without an id.
"""

import argparse
import csv
import pathlib
import random
from collections.abc import Iterable, Sequence

from bert_tf.tasks.embed.target import in_words

_FILES = ("train.csv", "test.csv")


def hold_out(source: pathlib.Path, folder: pathlib.Path, *, intents: int, seed: int) -> list[str]:
    """Write the four files; returns the intents that are held out, in order.

    Args:
        source: Folder with `train.csv` and `test.csv`, of the columns `text` and `category`.
        folder: Made if it isn't there.
        intents: How many are held out.
        seed: Of the draw.
    """
    rows = {name: _read(source / name) for name in _FILES}
    known = sorted({intent for _, intent in rows["train.csv"]})
    held_out = sorted(random.Random(seed).sample(known, intents))
    folder.mkdir(parents=True, exist_ok=True)
    for name, found in rows.items():
        _write(folder / name, ("text", "category"), (row for row in found if row[1] not in held_out))
    _write(folder / "answers.csv", ("id", "text"), ((each, in_words(each)) for each in known if each not in held_out))
    asked = ((text, "" if intent in held_out else intent) for text, intent in rows["test.csv"])
    _write(folder / "asked.csv", ("question", "id"), asked)
    return held_out


def _read(path: pathlib.Path) -> list[tuple[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return [(row["text"], row["category"]) for row in csv.DictReader(file)]


def _write(path: pathlib.Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=pathlib.Path, metavar="BANKING77", help="folder with train.csv and test.csv")
    parser.add_argument("folder", type=pathlib.Path, help="gets the files")
    parser.add_argument("--intents", type=int, default=10, help="that are held out [10]")
    parser.add_argument("--seed", type=int, default=1, help="of the draw [1]")
    wanted = parser.parse_args()
    held_out = hold_out(wanted.source, wanted.folder, intents=wanted.intents, seed=wanted.seed)
    print(f"held out: {', '.join(held_out)}")


if __name__ == "__main__":
    main()
