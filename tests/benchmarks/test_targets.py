import pytest
from rich.console import Console, RenderableType

from benchmarks.report import contest_report, figure
from benchmarks.roster import COMPILED, EAGER, OURS
from benchmarks.tables import contest_table, suite_tables, targets_table
from benchmarks.targets import figure_of, memory_over, over_best


def turns(seconds: float, peak: int, *, others: float = 0.0) -> dict:
    return {
        "turns": [{"count": 1, "seconds": seconds, "cpu_seconds": seconds, "peak_mebibytes": peak, "others": others}]
    }


def printed(shown: RenderableType) -> str:
    console = Console(width=160)
    with console.capture() as capture:
        console.print(shown)
    return capture.get()


@pytest.fixture
def suites():
    results = {OURS: turns(1, 800), EAGER: turns(4, 1000), COMPILED: turns(2.5, 2000), "KerasHub": {"error": "gone"}}
    return {
        "steps": {"contests": [contest_report("train L128 B32", results, ours=OURS, sizes=32)]},
        "startup": {"figures": [figure("command to first step, second start", [14, 10, 11], "s")]},
    }


def test_over_best_takes_the_better_peer(suites) -> None:
    assert over_best("steps", "train L128 B32", (EAGER, COMPILED))(suites) == 2.5
    assert over_best("steps", "train L128 B32", (EAGER,))(suites) == 4
    assert over_best("steps", "train L128 B32", ())(suites) == 2.5
    assert over_best("steps", "train L128 B32", ("KerasHub",))(suites) is None
    assert over_best("steps", "train L256 B16", (EAGER,))(suites) is None
    assert over_best("inference", "train L128 B32", (EAGER,))(suites) is None


def test_memory_is_over_the_least_of_the_peers(suites) -> None:
    assert memory_over("steps", "train L128 B32", (EAGER, COMPILED))(suites) == 0.8
    assert memory_over("epoch", "IMDB epoch", (EAGER,))(suites) is None


def test_figures_are_their_median(suites) -> None:
    assert figure_of("startup", "command to first step, second start")(suites) == 11
    assert figure_of("startup", "another")(suites) is None


def test_table_says_what_was_reached_and_leaves_out_the_rest(suites) -> None:
    lines = [line.split("│") for line in printed(targets_table(suites)).splitlines() if "│" in line]
    shown = {cells[1].strip(): [cell.strip() for cell in cells[2:5]] for cells in lines}
    assert shown == {
        "training step, L128 B32, over PyTorch": ["2.50×", "3.7× ✗", "5.5× ✗"],
        "peak memory, training L128 B32, of PyTorch's": ["0.80×", "1.2× ✓", "1× ✓"],
        "command to first step, second start": ["11.00 s", "20 s ✓", "8 s ✗"],
    }


def test_a_peer_that_could_not_run_is_a_line_with_its_reason(suites) -> None:
    lines = printed(contest_table(suites["steps"]["contests"][0])).splitlines()
    assert any("KerasHub" in line and "gone" in line for line in lines)


def test_figures_of_a_busy_machine_are_marked(suites) -> None:
    assert "Not to be trusted" not in printed(contest_table(suites["steps"]["contests"][0]))
    results = {OURS: turns(1, 800, others=1.5), EAGER: turns(1, 800, others=1.7)}
    contest = contest_report("train", results, ours=OURS, sizes=32)
    assert "kept 1.6 cores busy" in printed(contest_table(contest))


def test_a_suite_that_could_not_run_gives_its_reason() -> None:
    assert "no such data" in printed(suite_tables({"error": "no such data"}))
