"""Places of words out of a SavedModel, held against Hugging Face's offset mapping."""

import pytest

from benchmarks.offsets import exported_words
from benchmarks.tokenizer import moves_marks, words_of
from bert_tf.text.fuzz import fuzz_texts
from bert_tf.text.torture import TORTURE_TEXTS


@pytest.mark.parametrize("counts_bytes", [False, True])
def test_an_exported_model_serves_places_as_hugging_face_counts_them(tokenizer, reference, tmp_path, counts_bytes):
    texts = [*TORTURE_TEXTS, *fuzz_texts(300, seed=9)]
    settled = [text for text in texts if not moves_marks(text.decode("utf-8", "replace"))]
    answers = exported_words(tokenizer, tmp_path / "model", counts_bytes=counts_bytes)(text=settled)
    assert len(settled) > 250
    decoded = [text.decode("utf-8", "replace") for text in settled]
    for row, encoding in enumerate(reference(decoded, add_special_tokens=False, verbose=False).encodings):
        count = answers["count"].numpy()[row]
        spans = list(zip(*(answers[name].numpy()[row][:count].tolist() for name in ("starts", "ends")), strict=True))
        if counts_bytes:
            # The same words, cut out of the text as it was sent.
            found = [settled[row][start:end].decode("utf-8", "replace") for start, end in spans]
            assert found == [decoded[row][start:end] for start, end in words_of(encoding)], ascii(decoded[row])
        else:
            assert spans == words_of(encoding), ascii(decoded[row])
