"""What a machine measures in, and how fast its matrix units are just now."""

import pathlib

import pytest

from benchmarks import roster
from benchmarks.machine import machine_precision, precisions, tile_probe


@pytest.mark.parametrize(
    "cpu, precision, compared",
    [
        (("Intel Xeon", ["amx_bf16", "avx512_bf16", "avx512f", "avx2"]), "bfloat16", ("float32", "bfloat16")),
        (("AMD EPYC 9R14", ["avx512_bf16", "avx512f", "avx2"]), "bfloat16", ("float32", "bfloat16")),
        (("Intel Xeon", ["avx512_bf16", "avx512f", "avx2"]), "float32", ("float32",)),
        (("AMD EPYC", ["avx2"]), "float32", ("float32",)),
    ],
)
def test_all_multiply_in_what_the_cpu_is_fast_in(monkeypatch, cpu, precision, compared):
    monkeypatch.setattr("benchmarks.machine.cpu_facts", lambda: cpu)
    assert (machine_precision(), precisions()) == (precision, compared)


def test_nobody_takes_part_twice():
    for contestants in (roster.training, roster.inference):
        names = {precision: [each.name for each in contestants(precision)] for precision in ("bfloat16", "float32")}
        assert [name for name in names["bfloat16"] if name not in names["float32"]] == ["bert_tf float32"]
        # Options of a contestant win over the workload, which tells all others what the machine multiplies in.
        told = {each.name: each.options["precision"] for each in contestants("float32") if "precision" in each.options}
        assert set(told.values()) == {"float32"}


def test_four_products_of_tiles_take_nanoseconds(tmp_path: pathlib.Path):
    probe = tile_probe(tmp_path)
    if probe is None:
        pytest.skip("there are no matrix units here, or no g++")
    # 4 products of 16 x 16 x 32 in 16 cycles each, at 4 GHz at most; a fifth of the speed at least.
    assert 16 < probe() < 500
