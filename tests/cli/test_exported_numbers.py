from bert_tf.cli.exported_numbers import number_lines


def resources(size_bytes, *milliseconds):
    batches = zip(("1", "8", "32"), milliseconds, strict=False)
    return {"size_bytes": size_bytes, "batch_sizes": {size: {"p50_ms": each} for size, each in batches}}


COMPARED = {
    "split": "test", "rows": 1222, "accuracy": 0.96846, "float32_accuracy": 0.97, "equal_labels": 1220,
    "largest_difference": 0.01234,
}  # fmt: skip
MANIFEST = {
    "task": "classify", "labels": ["bad", "good"],
    "precision": "bfloat16", "quantize": "none", "compared_with_float32": COMPARED,
    "size_and_latency": {
        "exported": resources(25_000_000, 2.04, 8, 30.55), "float32": resources(100_000_000, 4, 16, 64),
    },
}  # fmt: skip


def test_a_model_in_float32_says_so():
    assert list(number_lines({"precision": "float32", "quantize": "none"})) == ["dtype    float32"]
    assert list(number_lines({})) == ["dtype    float32"]


def test_what_fewer_bits_cost():
    assert list(number_lines(MANIFEST)) == [
        "dtype    bfloat16",
        "accuracy 0.9685 on 1,222 test rows (float32 0.9700); 1,220 predictions agree, largest difference in "
        "probability 0.0123",
        "size     25.0 MB (float32 100.0 MB), ratio 0.25",
        "latency  2.0, 8.0 and 30.6 ms (float32 4.0, 16.0 and 64.0 ms), median for batches of 1, 8 and 32",
    ]


def test_what_was_not_measured_is_not_told():
    without = {
        **MANIFEST, "quantize": "int8-weights", "compared_with_float32": {"split": None},
        "size_and_latency": {"exported": {"size_bytes": 1_000_000}, "float32": {"size_bytes": 2_000_000}},
    }  # fmt: skip
    assert list(number_lines(without)) == [
        "dtype    bfloat16, weights stored as int8",
        "accuracy not measured: the run has no held-out rows",
        "size     1.0 MB (float32 2.0 MB), ratio 0.50",
    ]
