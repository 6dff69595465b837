import numpy as np

from bert_tf.export.golden import golden_lines, read_golden, write_golden


def test_round_trip_of_odd_texts(tmp_path):
    texts = ["", "line\u2028separator\nand newline", "nul\0", "中文 😀", '"quoted\\"']
    outputs = {
        "label": np.array([b"good"] * 5, dtype=object),
        "probabilities": np.linspace(0, 1, 10, dtype="float32").reshape(5, 2),
        "score": np.arange(5, dtype="float32"),
    }
    write_golden(tmp_path / "deep" / "requests.jsonl", golden_lines([{"text": text} for text in texts], outputs))
    lines = read_golden(tmp_path / "deep" / "requests.jsonl")
    assert [line["request"]["text"] for line in lines] == texts
    assert lines[3]["answer"] == {"label": "good", "probabilities": outputs["probabilities"][3].tolist(), "score": 3.0}
