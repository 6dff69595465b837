"""The encoders that are known by name: how many weights each has, and how long its steps take beside MiniLM's.

    python -m benchmarks.encoders [NAME …] [--rounds 3] [--seconds 2] [--batch 32] [--length 128]

Weights are random, of the encoder's configuration, so that nothing is downloaded: speed doesn't depend on them. Each
encoder takes turns with MiniLM, at a training step and at an inference step of a batch without padding, as `bert-tf`
runs them on this CPU.
"""

import argparse
import json
import pathlib
import tempfile
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.contest import contest
from benchmarks.machine import machine_precision
from benchmarks.report import contest_report, ratio
from benchmarks.roster import own_steps

_MINILM = "minilm-l6"
_BERT = {
    "model_type": "bert", "vocab_size": 30522, "hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12,
    "intermediate_size": 3072, "max_position_embeddings": 512, "type_vocab_size": 2, "hidden_act": "gelu",
}  # fmt: skip
_SMALL = {**_BERT, "hidden_size": 384, "intermediate_size": 1536}
_CHINESE = {**_BERT, "vocab_size": 21128}
_ROBERTA = {**_BERT, "model_type": "roberta", "vocab_size": 50265, "max_position_embeddings": 514}
# As the config.json of each has it, in so far as it decides about weights and speed.
CONFIGURATIONS: dict[str, dict[str, Any]] = {
    "minilm-l6": {**_SMALL, "num_hidden_layers": 6},
    "bert-base": _BERT,
    "bert-base-cased": {**_BERT, "vocab_size": 28996},
    "distilbert": {
        "model_type": "distilbert", "vocab_size": 30522, "dim": 768, "n_layers": 6, "n_heads": 12, "hidden_dim": 3072,
        "max_position_embeddings": 512,
    },
    "roberta-base": {**_ROBERTA, "type_vocab_size": 1, "pad_token_id": 1},
    "all-mpnet-base-v2": {**_ROBERTA, "model_type": "mpnet", "vocab_size": 30527, "pad_token_id": 1},
    "bge-small-en-v1.5": _SMALL,
    "bge-base-en-v1.5": _BERT,
    "bert-base-chinese": _CHINESE,
    "bge-small-zh-v1.5": {
        **_CHINESE, "hidden_size": 512, "num_hidden_layers": 4, "num_attention_heads": 8, "intermediate_size": 2048
    },
    "bge-base-zh-v1.5": _CHINESE,
    "chinese-roberta-wwm-ext": _CHINESE,
    "rbt3": {**_CHINESE, "num_hidden_layers": 3},
    "multilingual-e5-small": {**_SMALL, "vocab_size": 250037},
}  # fmt: skip


def main() -> None:
    """Prints the table, row by row."""
    options = _options()
    names = options.names or list(CONFIGURATIONS)
    table = Table("encoder", "weights", "MiB", "training step", "inference step")
    with tempfile.TemporaryDirectory() as scratch:
        folders = {name: _folder(pathlib.Path(scratch), name) for name in (_MINILM, *names)}
        for name in names:
            weights = count_weights(folders[name])
            times = [_times(name, kind, folders, options, pathlib.Path(scratch)) for kind in ("train", "infer")]
            table.add_row(name, f"{weights:,}", f"{4 * weights / 2**20:,.0f}", *times)
    Console().print(table)


def count_weights(folder: pathlib.Path) -> int:
    """Numbers in the variables of the encoder that a folder's config.json describes."""
    from bert_tf.models.encoder import blank_encoder

    return sum(int(weight.shape.num_elements()) for weight in blank_encoder(folder).weights)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=list(CONFIGURATIONS), metavar="NAME", help="all without")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0, help="least length of a turn")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--length", type=int, default=128)
    return parser.parse_args()


def _folder(scratch: pathlib.Path, name: str) -> pathlib.Path:
    folder = scratch / name
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(CONFIGURATIONS[name]))
    return folder


def _times(
    name: str, kind: str, folders: dict[str, pathlib.Path], options: argparse.Namespace, scratch: pathlib.Path
) -> str:
    """How many of MiniLM's steps one of this encoder takes."""
    if name == _MINILM:
        return "1"
    contestants = [own_steps(each, encoder=str(folders[each])) for each in (name, _MINILM)]
    workload = {
        "kind": kind,
        "precision": machine_precision(),
        "batch": options.batch,
        "length": options.length,
        "random": True,
    }
    results = contest(
        contestants, workload, rounds=options.rounds, seconds=options.seconds, logs=scratch / "logs",
        notice=lambda who: Console(stderr=True).print(f"{kind}: {who}"),
    )  # fmt: skip
    found = ratio(contest_report(kind, results, ours=_MINILM, sizes=options.batch), name)
    return "could not run" if found is None else f"{found['median']:.1f} ({found['least']:.1f}–{found['largest']:.1f})"


if __name__ == "__main__":
    main()
