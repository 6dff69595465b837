"""bert_tf beside its peers.

    python -m benchmarks [SUITE …] [--rounds N] [--seconds S] …

Suites are measured one after another; each replaces its own part of the machine's results file and its picture, so that
they can be measured on different days. The peers' environments are made in `.bench/` when they are first needed.
"""

import argparse
import functools
import pathlib
import sys
from collections.abc import Callable, Sequence
from typing import Any

from rich.console import Console

from benchmarks.machine import machine_facts, machine_name, machine_precision
from benchmarks.picture import draw
from benchmarks.results import read_results, with_suite, write_results
from benchmarks.settings import Settings
from benchmarks.suites import (
    bert_base,
    cores,
    epoch,
    exported,
    families,
    inference,
    matmul,
    quality_embed,
    quality_emotions,
    quality_entities,
    quality_finance,
    quality_imdb,
    quality_sst2,
    quality_stsb,
    raw_text,
    short_texts,
    startup,
    steps,
    tag_speed,
    tokenizer,
)
from benchmarks.tables import suite_tables, targets_table
from bert_tf.errors import BertTfError
from bert_tf.models.encoder_sources import locate_encoder
from bert_tf.stage import Stage

SUITES: dict[str, Callable[[Settings], dict[str, Any]]] = {
    "steps": steps.run,
    "families": families.run,
    "bert_base": bert_base.run,
    "inference": inference.run,
    "raw_text": raw_text.run,
    "exported": exported.run,
    "tokenizer": tokenizer.run,
    "startup": startup.run,
    "matmul": matmul.run,
    "cores": cores.run,
    "epoch": epoch.run,
    "short_texts": short_texts.run,
    "quality_sst2": quality_sst2.run,
    "quality_imdb": quality_imdb.run,
    "quality_stsb": quality_stsb.run,
    "quality_finance": quality_finance.run,
    "quality_embed": quality_embed.run,
    "quality_emotions": quality_emotions.run,
    "quality_entities": quality_entities.run,
    "tag_speed": tag_speed.run,
}
_HOURS = ("epoch", "short_texts", *(name for name in SUITES if name.startswith("quality_")))
_FOLDER = pathlib.Path(__file__).parent


def main() -> None:
    """Exits with 1 when a suite could not run; a peer that could not is a line of its table."""
    arguments = _arguments()
    path = arguments.results or _FOLDER / "results" / f"{machine_name(machine_facts())}.json"
    chosen = arguments.suites or [name for name in SUITES if name not in _HOURS]
    console = Console()
    if not arguments.show:
        _measure(chosen, arguments, path, console)
    suites = read_results(path)["suites"]
    for name in chosen:
        console.print(f"\n[bold]{name}[/bold]", suite_tables(suites.get(name, {"error": "not measured yet"})))
    if (targets := targets_table(suites)).row_count:
        console.print(targets)
    console.print(str(path), highlight=False, soft_wrap=True)
    sys.exit(any("error" in suites.get(name, {}) for name in chosen))


def _measure(chosen: Sequence[str], arguments: argparse.Namespace, path: pathlib.Path, console: Console) -> None:
    for name in chosen:
        with Stage(console, name) as stage:
            suite = _run(SUITES[name], _settings(arguments, functools.partial(_notice, stage, name)))
        noted = {
            key: getattr(arguments, key) for key in ("rounds", "seconds", "rows", "lengths", "among", "seeds", "cores")
        }
        write_results(path, with_suite(read_results(path), name, suite, noted))
        draw(suite, path.with_name(f"{path.stem}-{name}.svg"))


def _run(run: Callable[[Settings], dict[str, Any]], settings: Settings) -> dict[str, Any]:
    try:
        return run(settings)
    except (BertTfError, RuntimeError) as problem:
        return {"error": str(problem)}


def _settings(arguments: argparse.Namespace, notice: Callable[[str], None]) -> Settings:
    return Settings(
        encoder=locate_encoder("minilm-l6").folder,
        precision=machine_precision(),
        cores=arguments.cores,
        per="cpu_seconds" if arguments.cpu else "seconds",
        rounds=arguments.rounds,
        seconds=arguments.seconds,
        rows=arguments.rows,
        lengths=arguments.lengths,
        among=arguments.among,
        seeds=arguments.seeds,
        sst2=arguments.sst2,
        stsb=arguments.stsb,
        finance=arguments.finance,
        goemotions=arguments.goemotions,
        banking77=arguments.banking77,
        airline=arguments.airline,
        wikiann=arguments.wikiann,
        wnut17=arguments.wnut17,
        scratch=_FOLDER.parent / ".bench",
        notice=notice,
    )


def _notice(stage: Stage, suite: str, text: str) -> None:
    stage.rename(f"{suite}: {text}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=f"{', '.join(SUITES)}; all but the long {_HOURS}")
    parser.add_argument("--rounds", type=int, help="turns of each contestant; each suite has its own number")
    parser.add_argument("--seconds", type=float, default=1.5, help="least length of a turn (1.5)")
    parser.add_argument("--lengths", type=int, nargs="+", help="of fixed shapes; all if not given")
    parser.add_argument("--among", nargs="+", metavar="NAME", help="parts of the peers' names; all if not given")
    parser.add_argument("--cores", type=int, help="that contestants run on; all if not given")
    parser.add_argument("--cpu", action="store_true", help="speed by CPU time, which other work changes less")
    parser.add_argument(
        "--rows", type=int, help="rows at most of the suites that read text; 0: of short_texts, steps alone"
    )
    parser.add_argument("--seeds", type=int, default=3, help="trainings of each kind in the suites of quality (3)")
    parser.add_argument(
        "--sst2", type=pathlib.Path, help="folder with train.tsv, dev.tsv and test.tsv, for quality_sst2"
    )
    parser.add_argument(
        "--stsb", type=pathlib.Path, help="folder with en-train.csv, en-dev.csv and en-test.csv, for quality_stsb"
    )
    parser.add_argument("--finance", type=pathlib.Path, help="folder with headlines.json, for quality_finance")
    parser.add_argument(
        "--goemotions", type=pathlib.Path, help="folder with the same and labels.txt, for quality_emotions"
    )
    parser.add_argument(
        "--banking77", type=pathlib.Path, help="folder with train.csv and test.csv, for short_texts and quality_embed"
    )
    parser.add_argument("--airline", type=pathlib.Path, help="folder with tweets.csv, for short_texts")
    parser.add_argument("--wikiann", type=pathlib.Path, help="folder with train.conll, for quality_entities")
    parser.add_argument(
        "--wnut17", type=pathlib.Path, help="folder with train.conll, dev.conll and test.conll, for quality_entities"
    )
    parser.add_argument("--results", type=pathlib.Path, help="JSON file; benchmarks/results/<machine>.json")
    parser.add_argument("--show", action="store_true", help="print what the results file holds and measure nothing")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.suites) - set(SUITES))
    if unknown:
        parser.error(f"there is no suite {', '.join(unknown)}; there are {', '.join(SUITES)}")
    return arguments


if __name__ == "__main__":
    main()
