"""What a CPU lacks, told from what Linux says of it."""

import pytest

from bert_tf.native.processor import missing_for_tiles, missing_for_vectors

VECTORS = "avx2 fma avx512f avx512bw avx512cd avx512dq avx512vl"


@pytest.mark.parametrize(
    "flags, vectors, tiles",
    [
        ("sse", "AVX-512", "AVX-512"),
        ("sse avx2 fma", "AVX-512", "AVX-512"),
        ("sse avx2 fma avx512f avx512cd", "avx512bw, avx512dq, avx512vl", "avx512bw, avx512dq, avx512vl"),
        (VECTORS, "", "amx_tile, amx_bf16, avx512_bf16"),
        (f"{VECTORS} avx512_bf16", "", "amx_tile, amx_bf16"),
    ],
)
def test_what_is_missing(tmp_path, monkeypatch, flags, vectors, tiles):
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    info = tmp_path / "cpuinfo"
    info.write_text(f"processor : 0\nflags : {flags}\n")
    assert missing_for_vectors(info) == (f"this CPU has no {vectors}" if vectors else "")
    assert missing_for_tiles(info) == f"this CPU has no {tiles}"


def test_other_machines(monkeypatch):
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    assert missing_for_vectors() == missing_for_tiles() == "they are for Linux on x86-64 only"
