"""How fast the matrix units are just now."""

import pathlib

import pytest

from benchmarks.machine import tile_probe


def test_four_products_of_tiles_take_nanoseconds(tmp_path: pathlib.Path):
    probe = tile_probe(tmp_path)
    if probe is None:
        pytest.skip("there are no matrix units here, or no g++")
    # 4 products of 16 x 16 x 32 in 16 cycles each, at 4 GHz at most; a fifth of the speed at least.
    assert 16 < probe() < 500
