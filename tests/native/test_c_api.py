"""What the C++ declares of TensorFlow's C API is what TensorFlow declares."""

import pathlib
import shutil
import subprocess

import pytest
import tensorflow as tf

SOURCES = pathlib.Path(__file__).parents[2] / "bert_tf" / "native" / "src"


def compiled(text):
    command = ["g++", "-std=c++17", "-fsyntax-only", "-DBERT_TF_TENSORFLOW_HEADERS", f"-I{SOURCES}"]
    command += [f"-I{tf.sysconfig.get_include()}", "-x", "c++", "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False)


@pytest.mark.skipif(shutil.which("g++") is None, reason="there is no g++")
def test_declarations_agree_with_tensorflows_headers():
    done = compiled('#include "tensorflow_c_api.h"')
    assert done.returncode == 0, done.stderr
    another = (SOURCES / "tensorflow_c_api.h").read_text().replace("TF_NumInputs(TF_Op", "TF_NumInputs(int, TF_Op")
    # C++ takes what differs in its arguments only for one function more, but not where both are C's.
    assert "conflicting declaration of C function" in compiled(another.replace("#pragma once", "")).stderr


@pytest.mark.skipif(shutil.which("g++") is None, reason="there is no g++")
def test_numbers_of_types_and_codes_are_tensorflows():
    header = (SOURCES / "tensorflow_c_api.h").read_text()
    own = header[header.index("#else") : header.index("typedef unsigned char")]
    names = [
        line.split("=")[0].strip() for line in own.replace("{", "\n").replace(",", "\n").splitlines() if "=" in line
    ]
    values = [line.split("=")[1].split("}")[0].strip() for line in own.replace(",", "\n").splitlines() if "=" in line]
    assert len(names) == len(values) == 10
    checks = [f"static_assert({name} == {value});" for name, value in zip(names, values, strict=True)]
    done = compiled('#include "tensorflow_c_api.h"\n' + "\n".join(checks))
    assert done.returncode == 0, done.stderr
