"""The C++ of a layer under the address and undefined-behaviour sanitizers, at shapes with incomplete blocks."""

import pathlib
import shutil
import subprocess

import pytest

from bert_tf.native.processor import missing_for_tiles

SOURCES = pathlib.Path(__file__).parents[2] / "bert_tf" / "native" / "src"
DRIVER = pathlib.Path(__file__).with_name("layer_driver.cpp")
# Operations need TensorFlow, which no sanitizer knows.
OF_TENSORFLOW = (
    "op.cpp",
    "ops.cpp",
    "adamw.cpp",
    "own_memory.cpp",
    "row_sums.cpp",
    "packed_layers.cpp",
    "global_norm.cpp",
)
COMPILE = (
    "g++ -std=c++17 -O1 -march=x86-64-v4 -mamx-tile -mamx-bf16 -mavx512bf16 -pthread "
    "-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"
)


def test_a_layer_touches_nothing_that_is_not_its_own(tmp_path: pathlib.Path):
    if shutil.which("g++") is None:
        pytest.skip("there is no g++")
    if missing := missing_for_tiles():
        pytest.skip(f"there are no matrix tiles here: {missing}")
    sources = [path for path in SOURCES.glob("*.cpp") if not path.name.endswith(OF_TENSORFLOW)]
    program = tmp_path / "layer"
    command = [*COMPILE.split(), f"-I{SOURCES}", str(DRIVER), *map(str, sources), "-o", str(program)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    if "cannot find" in built.stderr and "san" in built.stderr:
        pytest.skip("this g++ has no sanitizers")
    assert built.returncode == 0, built.stderr
    done = subprocess.run([program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "all is well"), done.stderr
