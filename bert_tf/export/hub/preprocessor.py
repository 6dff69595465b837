"""Text to an encoder's inputs, by TF-Hub's API for text: https://www.tensorflow.org/hub/common_saved_model_apis/text."""

from collections.abc import Sequence

import tensorflow as tf

from bert_tf.text.encoded import SINGLE_SPECIALS
from bert_tf.text.packing import Packed, model_inputs, pack_pair, pack_single
from bert_tf.text.tokenizer import WordpieceTokenizer

_SHORTEST = 4  # as a power of two

EncoderInputs = dict[str, tf.Tensor]


def make_preprocessor(tokenizer: WordpieceTokenizer, *, seq_length: int, longest: int) -> tf.train.Checkpoint:
    """What `tf.saved_model.save` makes a preprocessor of.

    It is called with texts, string [B], and has `tokenize` and `bert_pack_inputs`. Its outputs are `input_word_ids`,
    `input_mask` and `input_type_ids`, int32 [B, seq_length].

    Args:
        tokenizer: In the graph.
        seq_length: Tokens of a row unless another number is asked for.
        longest: Most tokens that the encoder takes.
    """
    preprocessor = tf.train.Checkpoint()
    preprocessor.tokenize = _tokenize(tokenizer)
    preprocessor.bert_pack_inputs = _bert_pack_inputs(tokenizer, seq_length=seq_length, longest=longest)

    def call(inputs: tf.Tensor) -> EncoderInputs:
        packed = tokenizer.pack(inputs, max_tokens=seq_length)
        return _named(model_inputs(packed, pad_id=tokenizer.pad_id, pad_to=seq_length))

    preprocessor.__call__ = tf.function(
        call, input_signature=[tf.TensorSpec([None], tf.string, name="inputs")], autograph=False
    )
    preprocessor.variables, preprocessor.trainable_variables, preprocessor.regularization_losses = [], [], []
    return preprocessor


def _tokenize(tokenizer: WordpieceTokenizer) -> tf.train.Checkpoint:
    """From string [B] to token ids without special tokens, ragged int32 [B, tokens]."""
    specification = tokenizer.specification
    special = {
        "vocab_size": specification.size,
        "start_of_sequence_id": specification.cls_id,
        "end_of_segment_id": specification.sep_id,
        "padding_id": specification.pad_id,
    }
    tokenize = tf.train.Checkpoint(tokenizer=tokenizer)
    tokenize.__call__ = tf.function(
        tokenizer.tokenize, input_signature=[tf.TensorSpec([None], tf.string, name="inputs")], autograph=False
    )
    tokenize.get_special_tokens_dict = tf.function(
        lambda: {name: tf.constant(value, tf.int32) for name, value in special.items()}, input_signature=[]
    )
    return tokenize


def _bert_pack_inputs(tokenizer: WordpieceTokenizer, *, seq_length: int, longest: int) -> tf.train.Checkpoint:
    """From a list of one or two segments, ragged int32 [B, tokens] each, to an encoder's inputs."""
    default = seq_length

    def pack(inputs: Sequence[tf.RaggedTensor], seq_length: int | tf.Tensor = default) -> EncoderInputs:
        packed = _packed(tokenizer, inputs, seq_length)
        return _named(model_inputs(packed, pad_id=tokenizer.pad_id, pad_to=seq_length))

    traced = tf.function(pack, autograph=False)
    for segments in (1, 2):
        tokens = [tf.RaggedTensorSpec([None, None], tf.int32)] * segments
        # A number that was traced gives inputs whose static shape has it; any other works too.
        for length in _usual_lengths(seq_length, longest):
            traced.get_concrete_function(tokens, seq_length=length)
        traced.get_concrete_function(tokens, seq_length=tf.TensorSpec([], tf.int32))
    packing = tf.train.Checkpoint()
    packing.__call__ = traced
    return packing


def _packed(tokenizer: WordpieceTokenizer, segments: Sequence[tf.RaggedTensor], length: int | tf.Tensor) -> Packed:
    specification = tokenizer.specification
    ends = {"cls_id": specification.cls_id, "sep_id": specification.sep_id}
    if len(segments) == 1:
        return pack_single(segments[0], room=length - SINGLE_SPECIALS, **ends)
    room = length - specification.pair_specials
    return pack_pair(*segments, room=room, separators=specification.separators, **ends)


def _named(inputs: dict[str, tf.Tensor]) -> EncoderInputs:
    return {
        "input_word_ids": inputs["input_ids"],
        "input_mask": inputs["attention_mask"],
        "input_type_ids": inputs["token_type_ids"],
    }


def _usual_lengths(seq_length: int, longest: int) -> list[int]:
    """The default, and 16, 32, 64 and so on up to the longest."""
    return sorted({seq_length, *(1 << power for power in range(_SHORTEST, longest.bit_length()))})
