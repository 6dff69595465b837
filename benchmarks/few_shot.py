"""Few labels: bert_tf's `[few_shot]` beside plain fine-tuning and SetFit, on the same drawn texts.

    python -m benchmarks.few_shot --data bbc --per-label 8 --draws 3
    python -m benchmarks.few_shot --sst2 my/sst2 --airline my/airline/tweets.csv --draws 10 --kept draws.jsonl

draws so many texts of each label, by the seeds 1, 2, 3 and so on, trains each contestant on them, and prints for each
draw and then as a mean, with a Student 95% interval over the draws, the accuracy on the test rows and the seconds of
a training. `--rows` limits the test rows. What `--kept` names has a line for each draw that is done: the same command
later, with more draws or after a break, goes on from there. Plain fine-tuning takes 20 epochs with the same encoder
and pooling. SetFit has the defaults of its library, and an environment of its own, made from
`benchmarks/requirements/setfit.txt`.
"""

import argparse
import dataclasses
import json
import pathlib
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import roster
from benchmarks.contest import Contestant, contest
from benchmarks.rows import keep_rows, write_rows
from bert_tf.tasks.recipes import load_recipe
from bert_tf.workflow.encoder_checks import fitting_encoder

_RECIPE, _PLAIN, _SETFIT = "few-shot-topics", "bert_tf, plain fine-tuning", "SetFit"
_PATIENCE = 4 * 3600
_FINE_TUNING = {"few_shot.steps": 0, "model.pooling": "mean", "training.epochs": 20, "training.learning_rate": 5e-5}


@dataclasses.dataclass(frozen=True)
class Draw:
    """What is trained on.

    Attributes:
        data: Name of the data set.
        overrides: Of the recipe, for its rows.
        per_label: Texts of each label.
        seed: Of the draw.
    """

    data: str
    overrides: dict[str, Any]
    per_label: int
    seed: int


Turns = dict[str, dict[str, float]]
"""`accuracy` and `seconds` of each contestant, by name."""


class KeptDraws:
    """Draws that are done, a JSON line each.

    Args:
        path: Of the file, which needn't be there; None keeps nothing.
    """

    def __init__(self, path: pathlib.Path | None) -> None:
        self._path = path
        lines = path.read_text(encoding="utf-8").splitlines() if path is not None and path.is_file() else []
        self._done = [json.loads(line) for line in lines]

    def turns(self, facts: dict[str, Any]) -> Turns | None:
        """Those of a draw with exactly these facts; None if it isn't done."""
        return next((done["turns"] for done in self._done if done["draw"] == facts), None)

    def keep(self, facts: dict[str, Any], turns: Turns) -> None:
        """Append it to the file."""
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"draw": facts, "turns": turns}) + "\n")


def main() -> None:
    """Prints a line for each draw, and the table."""
    options, console = _options(), Console()
    kept, found = KeptDraws(options.kept), dict[tuple[str, int], list[Turns]]()
    with tempfile.TemporaryDirectory() as scratch:
        for draw in _draws(options):
            size = {"most_rows": options.rows, "peers": not options.without_setfit}
            facts = {"data": draw.data, "per_label": draw.per_label, "seed": draw.seed, **size}
            turns = kept.turns(facts)
            if turns is None:
                folder = pathlib.Path(scratch) / f"{draw.data}-{draw.per_label}-{draw.seed}"
                turns = train_all(draw, folder, **size)
                kept.keep(facts, turns)
            found.setdefault((draw.data, draw.per_label), []).append(turns)
            said = ", ".join(f"{who} {each['accuracy']:.3f} in {each['seconds']:.0f} s" for who, each in turns.items())
            console.print(f"{draw.data}, {draw.per_label} per label, draw {draw.seed}: {said}", soft_wrap=True)
    console.print(_table(found))


def train_all(draw: Draw, folder: pathlib.Path, *, most_rows: int | None, peers: bool) -> Turns:
    """Train each contestant; raises RuntimeError where a training fails.

    Args:
        draw: Which rows.
        folder: For the rows and logs.
        most_rows: Test rows, at most; None is all.
        peers: Whether SetFit takes part.
    """
    drawn = {**draw.overrides, "data.seed": draw.seed, "few_shot.per_label": draw.per_label}
    rows = write_rows(_RECIPE, drawn, folder)
    test = keep_rows(rows["test"], most_rows) if most_rows else rows["test"]
    recipe = load_recipe(_RECIPE, drawn)
    results = contest(
        list(_contestants(rows["train"], test, draw, peers=peers)),
        {
            "encoder": str(fitting_encoder(recipe).folder),
            "rows": str(rows["train"]),
            "test_rows": str(test),
            "max_tokens": recipe.text.max_tokens,
            "seed": draw.seed,
        },
        rounds=1,
        seconds=0,
        logs=folder / "logs",
        warmup=(),
        patience=_PATIENCE,
    )
    errors = [f"{who}: {result['error']}" for who, result in results.items() if "error" in result]
    if errors:
        raise RuntimeError("; ".join(errors))
    return {who: {key: result["turns"][0][key] for key in ("accuracy", "seconds")} for who, result in results.items()}


def student_interval(values: Sequence[float]) -> tuple[float, float]:
    """Mean and half the width of its 95% interval; of a single value, infinite."""
    from scipy.stats import t

    if len(values) < 2:
        return values[0], float("inf")
    spread = statistics.stdev(values) / len(values) ** 0.5
    return statistics.mean(values), float(t.ppf(0.975, len(values) - 1)) * spread


def _contestants(train: pathlib.Path, test: pathlib.Path, draw: Draw, *, peers: bool) -> Iterator[Contestant]:
    files = {
        **dict.fromkeys(draw.overrides),
        "data.source": "files",
        "data.train": str(train),
        "data.test": str(test),
        "few_shot.per_label": None,
        "training.seed": draw.seed,
    }
    yield roster.own(roster.OURS, "own_training", recipe=_RECIPE, overrides=files)
    yield roster.own(_PLAIN, "own_training", recipe=_RECIPE, overrides={**files, **_FINE_TUNING})
    if peers:
        yield roster.peer(_SETFIT, "setfit", "setfit_training")


def _draws(options: argparse.Namespace) -> Iterator[Draw]:
    sets: dict[str, dict[str, Any]] = {"bbc": {}}
    if options.sst2:
        files = {f"data.{split}": str(options.sst2 / f"{split}.tsv") for split in ("train", "test")}
        sets["sst2"] = {"data.source": "files", "data.columns": ["text", "label"], **files}
    if options.airline:
        airline = {"data.source": "files", "data.train": str(options.airline), "data.label": "airline_sentiment"}
        sets["airline"] = {**airline, "data.test": 0.2}
    for name, overrides in sets.items():
        if not options.data or name in options.data:
            for per_label in options.per_label:
                for seed in range(1, options.draws + 1):
                    yield Draw(name, overrides, per_label, seed)


def _table(found: dict[tuple[str, int], list[Turns]]) -> Table:
    table = Table("data", "per label", "who", "accuracy", "beside bert_tf", "seconds")
    for (data, per_label), draws in found.items():
        for who in draws[0]:
            accuracy = [turns[who]["accuracy"] for turns in draws]
            behind = [turns[who]["accuracy"] - turns[roster.OURS]["accuracy"] for turns in draws]
            seconds = statistics.mean(turns[who]["seconds"] for turns in draws)
            beside = "" if who == roster.OURS else _text(behind, sign="+")
            table.add_row(data, str(per_label), who, _text(accuracy), beside, f"{seconds:.0f}")
    return table


def _text(values: Sequence[float], *, sign: str = "") -> str:
    mean, half = student_interval(values)
    return f"{mean:{sign}.3f} ± {half:.3f}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="+", choices=["bbc", "sst2", "airline"], help="default: all that there are")
    parser.add_argument("--sst2", type=pathlib.Path, help="folder with train.tsv and test.tsv")
    parser.add_argument("--airline", type=pathlib.Path, help="tweets.csv")
    parser.add_argument("--per-label", type=int, nargs="+", default=[8, 16])
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--rows", type=int, help="test rows, at most")
    parser.add_argument("--without-setfit", action="store_true")
    parser.add_argument("--kept", type=pathlib.Path, metavar="FILE", help="draws that are done; goes on from there")
    return parser.parse_args()


if __name__ == "__main__":
    main()
