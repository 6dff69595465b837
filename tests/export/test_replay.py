import numpy as np

from bert_tf.export.replay import plain, rows_of, tensors_of


def test_texts_are_bytes():
    tensors = tensors_of([{"text": "é", "text_pair": ""}, {"text": "b", "text_pair": "c"}])
    assert tensors["text"].tolist() == ["é".encode(), b"b"]
    assert tensors["text_pair"].tolist() == [b"", b"c"]


def test_ids_are_padded_with_zeros():
    tensors = tensors_of([{"input_ids": [5]}, {"input_ids": [6, 7, 8]}])
    assert tensors["input_ids"].tolist() == [[5, 0, 0], [6, 7, 8]]
    assert tensors["input_ids"].dtype == np.int32


def test_answers_of_batches_to_answers_of_rows():
    outputs = plain({"label": np.array([b"x", b"y"], object), "score": np.array([0.5, 0.25], "float32")})
    assert rows_of([outputs, plain({"label": np.array([b"z"], object), "score": np.array([1.0])})]) == [
        {"label": "x", "score": 0.5},
        {"label": "y", "score": 0.25},
        {"label": "z", "score": 1.0},
    ]
