"""The built-in texts hold what they are there for."""

import unicodedata

from transformers import PreTrainedTokenizerFast

from bert_tf.text.torture import TORTURE_TEXTS


def test_holds_what_it_is_there_for(reference: PreTrainedTokenizerFast) -> None:
    joined = b"\n".join(TORTURE_TEXTS)
    decoded = joined.decode("utf-8", "replace")
    categories = {unicodedata.category(character) for character in decoded}
    assert {"Cc", "Cf", "Co", "Cn", "Mn", "Mc", "Lo", "Lt", "Nl", "No", "Zs", "Zl", "Zp", "Sk", "So"} <= categories
    assert all(token.encode() in joined for token in reference.all_special_tokens)
    assert b"\0" in joined
    assert b"" in TORTURE_TEXTS
    assert len(set(TORTURE_TEXTS)) == len(TORTURE_TEXTS)
    words = reference(decoded, add_special_tokens=False)["input_ids"]
    assert reference.unk_token_id in words


def test_ten_texts_are_not_utf8() -> None:
    malformed = [text for text in TORTURE_TEXTS if "\ufffd" in text.decode("utf-8", "replace")]
    assert len(malformed) == 10 + 1  # one holds a real U+FFFD
    assert malformed[1:] == list(TORTURE_TEXTS[-10:])
