import pathlib

from bert_tf.export.latency import latency_facts, measure_latency


def test_percentiles_by_batch_size():
    runs = {"1": [number / 1000 for number in range(1, 102)], "8": [0.5]}
    facts = latency_facts(runs, load_seconds=1.23456, peak_memory_mib=512.4)
    # Of 1 to 101 ms evenly, the rank of a percentile is the value itself.
    assert facts["batch_sizes"]["1"] == {
        "runs": 101, "p50_ms": 51.0, "p95_ms": 96.0, "p99_ms": 100.0, "texts_per_second": 19.6,
    }  # fmt: skip
    assert facts["batch_sizes"]["8"] == {
        "runs": 1, "p50_ms": 500.0, "p95_ms": 500.0, "p99_ms": 500.0, "texts_per_second": 16.0,
    }  # fmt: skip
    assert (facts["load_seconds"], facts["peak_memory_mib"]) == (1.235, 512)
    assert facts["machine"]["cores"] >= 1


def test_a_version_that_is_not_verified_yet_by_a_relative_path(written, monkeypatch):
    monkeypatch.chdir(written.parent)
    facts = measure_latency(
        pathlib.Path(written.name), [{"text": "one"}, {"text": "two words"}], target="2.12.2", seconds=0.01
    )
    assert list(facts["batch_sizes"]) == ["1", "8", "32"]
    assert all(batch["p50_ms"] > 0 for batch in facts["batch_sizes"].values())
