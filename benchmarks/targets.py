"""What the project sets out to reach, and what was reached of it."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.report import best, peak_mebibytes, ratio
from benchmarks.roster import COMPILED, EAGER, OPENVINO, SENTENCE_TRANSFORMERS, TRAINER
from benchmarks.suites.families import CONFIGURATIONS, contest_name

Suites = Mapping[str, Mapping[str, Any]]
_PYTORCH = (EAGER, COMPILED)


@dataclasses.dataclass(frozen=True)
class Target:
    """A figure that should be reached.

    Attributes:
        name: For people.
        reach: Must be reached.
        aim: To go for then.
        measured: From the suites of a results file to the figure; None where it wasn't measured.
        unit: Behind the figure.
        lower_is_better: Whether it should be at most, not at least, what is asked for.
    """

    name: str
    reach: float
    aim: float
    measured: Callable[[Suites], float | None]
    unit: str = "×"
    lower_is_better: bool = False

    def meets(self, found: float, wanted: float) -> bool:
        """Whether a figure is as good as one that is wanted."""
        return found <= wanted if self.lower_is_better else found >= wanted


def over_best(suite: str, name: str, peers: tuple[str, ...]) -> Callable[[Suites], float | None]:
    """Our median ratio over the fastest of some peers; over the fastest of all if none are named."""

    def measured(suites: Suites) -> float | None:
        contest = _contest(suites, suite, name)
        if contest is None:
            return None
        fastest = best(contest, peers or [who for who in contest["results"] if who != contest["ours"]])
        found = ratio(contest, fastest) if fastest else None
        return found["median"] if found else None

    return measured


def memory_over(suite: str, name: str, peers: tuple[str, ...]) -> Callable[[Suites], float | None]:
    """Our peak memory over the least of some peers'."""

    def measured(suites: Suites) -> float | None:
        contest = _contest(suites, suite, name)
        if contest is None:
            return None
        ours = peak_mebibytes(contest, contest["ours"])
        theirs = [peak for who in peers if (peak := peak_mebibytes(contest, who))]
        return ours / min(theirs) if ours and theirs else None

    return measured


def figure_of(suite: str, name: str) -> Callable[[Suites], float | None]:
    """The median of a plain figure."""

    def measured(suites: Suites) -> float | None:
        figures = suites.get(suite, {}).get("figures", [])
        return next((figure["median"] for figure in figures if figure["name"] == name), None)

    return measured


TARGETS = (
    Target("training step, L128 B32, over PyTorch", 3.7, 5.5, over_best("steps", "train L128 B32", _PYTORCH)),
    Target("training step, L256 B16, over PyTorch", 5.2, 7.5, over_best("steps", "train L256 B16", _PYTORCH)),
    Target(
        "training step, BERT-base's shape, L128 B16, over PyTorch", 2.5, 4.0,
        over_best("bert_base", "train BERT-base L128 B16", _PYTORCH),
    ),
    *(
        Target(f"training step, {family}, L128 B32, over PyTorch", 2.0, 3.0, over_best("families", name, _PYTORCH))
        for family, name in ((family, contest_name(family)) for family in CONFIGURATIONS)
    ),
    Target("IMDB epoch from raw text, over Trainer", 5.0, 7.0, over_best("epoch", "IMDB epoch", (TRAINER,))),
    *(
        Target(f"{name} training from raw text, over Trainer", 2.5, 4.0,
               over_best("short_texts", f"{name} training", (TRAINER,)))
        for name in ("Banking77", "airline tweets")
    ),
    Target(
        "training step on pairs, L64 B64, over sentence-transformers", 2.0, 3.0,
        over_best("quality_embed", "embed, train L64 B64", (SENTENCE_TRANSFORMERS,)),
    ),
    Target("training step, L16 B32, over PyTorch", 2.5, 5.0, over_best("short_texts", "train L16 B32", _PYTORCH)),
    Target("inference from raw text, BBC, over PyTorch", 1.2, 2.0, over_best("raw_text", "BBC News", _PYTORCH)),
    Target("inference from raw text, tweets, over PyTorch", 1.2, 2.0, over_best("raw_text", "tweets", _PYTORCH)),
    Target("exported, BBC, float32, over PyTorch", 1.0, 1.0, over_best("exported", "BBC News, float32", (EAGER,))),
    Target("exported, BBC, bfloat16, over PyTorch", 1.5, 1.5, over_best("exported", "BBC News, bfloat16", (EAGER,))),
    Target(
        "inference, L128 B32, over torch.compile and OpenVINO", 1.45, 1.7,
        over_best("inference", "infer L128 B32", (COMPILED, OPENVINO)),
    ),
    Target(
        "inference, L256 B16, over torch.compile and OpenVINO", 0.9, 1.2,
        over_best("inference", "infer L256 B16", (COMPILED, OPENVINO)),
    ),
    Target("share of the matmul limit, L128 B32", 0.22, 0.33, over_best("matmul", "matmul limit L128 B32", ())),
    Target("share of the matmul limit, L256 B16", 0.22, 0.33, over_best("matmul", "matmul limit L256 B16", ())),
    Target("tokenization per CPU second, 128 tokens", 4.0, 6.0, over_best("tokenizer", "tokenize to 128", ())),
    Target("tokenization per CPU second, 512 tokens", 4.0, 6.0, over_best("tokenizer", "tokenize to 512", ())),
    Target(
        "peak memory, training L128 B32, of PyTorch's", 1.2, 1.0,
        memory_over("steps", "train L128 B32", _PYTORCH), lower_is_better=True,
    ),
    Target(
        "peak memory, training L256 B16, of PyTorch's", 1.05, 0.8,
        memory_over("steps", "train L256 B16", _PYTORCH), lower_is_better=True,
    ),
    Target(
        "peak memory, Banking77 training, of Trainer's", 0.8, 0.5,
        memory_over("short_texts", "Banking77 training", (TRAINER,)), lower_is_better=True,
    ),
    Target(
        "command to first step, second start", 20, 8,
        figure_of("startup", "command to first step, second start"), unit=" s", lower_is_better=True,
    ),
)  # fmt: skip


def _contest(suites: Suites, suite: str, name: str) -> Any:
    contests = suites.get(suite, {}).get("contests", [])
    return next((contest for contest in contests if contest["name"] == name), None)
