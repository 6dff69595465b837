"""Turns are compared where the matrix units were as fast before, between and behind them."""

import pytest

from benchmarks.native_step import show

STEADY = {"fused MiB": 1500.0, "native MiB": 1400.0, "fused cpu": 700.0, "native cpu": 350.0}


def turn(fused: float, native: float, fastest: float, slowest: float) -> dict[str, float]:
    return {**STEADY, "fused wall": fused, "native wall": native, "fastest": fastest, "slowest": slowest}


def test_only_pairs_between_equal_probes_count(capsys: pytest.CaptureFixture[str]):
    fast = [turn(300.0, 200.0, 28, 29)] * 2
    slow = [turn(900.0, 300.0, 110, 120)] * 3
    show([*fast, *slow, turn(9000.0, 1.0, 28, 110)])
    lines = [line for line in capsys.readouterr().out.splitlines() if "wall" in line]
    assert [(" 2 " in line, "1.50 (1.50-1.50)" in line) for line in lines if "fast" in line] == [(True, True)]
    assert [(" 3 " in line, "3.00 (3.00-3.00)" in line) for line in lines if "slow" in line] == [(True, True)]
