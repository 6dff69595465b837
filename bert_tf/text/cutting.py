"""Less text to tokenize when only the first tokens count."""

import tensorflow as tf

# English has about 4.2 bytes a token and Chinese 3: nearly every text has its tokens in so many bytes of each.
_BYTES_PER_TOKEN = 6
# A word always ends in front of these. None of them begins with a byte that can stand inside another character.
_LAST_BREAK = r"[ \t\n\r。，]\C{0,127}\z"


def cut_texts(texts: tf.Tensor, *, tokens: int | tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The beginning of each text, in which `tokens` tokens are to be expected.

    The tokens of a text that was cut are the first tokens of the whole text. If they are too few, the whole text must
    be tokenized.

    Args:
        texts: string [B].
        tokens: How many tokens are wanted.

    Returns:
        string [B], and bool [B]: whether the text was cut. One that has no break near the place stays whole.
    """
    limit = _BYTES_PER_TOKEN * tf.cast(tokens, tf.int32)
    heads = tf.strings.regex_replace(tf.strings.substr(texts, 0, limit), _LAST_BREAK, "", replace_global=False)
    cut = (tf.strings.length(texts) > limit) & (tf.strings.length(heads) < limit)
    return tf.where(cut, heads, texts), cut
